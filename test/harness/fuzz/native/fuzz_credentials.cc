// Identities, channel bindings, attributes of credentials, lists of packages.
#include <algorithm>
#include <cstring>

#include "package.h"
#include "sspi/channel_bindings.h"
#include "sspi/credentials_attributes.h"

namespace {

using fuzz::check;
using fuzz::Package;

sspi::SecureArray<char16_t> secretOf(const std::u16string& text) {
  sspi::SecureArray<char16_t> secret(text.size() + 1);
  std::ranges::copy(text, secret.data());
  return secret;
}

// What is requested, and what the package must see of it.
void request(Package& package, sspi::CredentialsRequest& request, Package::Identity& expected) {
  request.use = SECPKG_CRED_BOTH;
  request.package = package.text(16);
  request.principal = package.text(16);
  request.package_list = package.text(32);
  if (package.input.ConsumeBool()) {
    expected = {package.text(32), package.text(32), {}, {}};
    request.identity = sspi::Identity{expected.user, expected.domain, {}};
    package.expects_keytab = package.input.ConsumeBool();
    if (package.expects_keytab) {
      expected.keytab = package.bytes(100);
      sspi::Keytab keytab(expected.keytab.size());
      std::ranges::copy(expected.keytab, keytab.data());
      request.identity->secret = std::move(keytab);
    } else {
      expected.password = package.text(32);
      request.identity->secret = secretOf(expected.password);
    }
  } else {
    package.expects_keytab = false;
  }
  package.expects_list = !request.package_list.empty();
}

void checkData(const Package& package, const sspi::CredentialsRequest& request,
               const Package::Identity& expected) {
  const bool has_data = request.identity || !request.package_list.empty();
  check(package.data_given == has_data, "the logged-on user is no authentication data");
  check(package.identity == expected, "the package gets the identity");
  check(package.package_list == request.package_list, "the package gets the list of packages");
}

void setProxy(Package& package, const sspi::Credentials& credentials) {
  const sspi::KdcProxySettings settings = {package.text(100), package.input.ConsumeBool()};
  const auto set = credentials.set(settings);
  check(bool(set) == sspi::succeeded(package.last_status), "a status is the package's");
  SecPkgCredentials_KdcProxySettingsW header;
  const std::span<const std::byte> bytes(package.output_bytes);
  const std::size_t length = settings.proxy_server.size() * sizeof(char16_t);
  check(bytes.size() == sizeof header + length, "the settings have a header and the text");
  std::memcpy(&header, bytes.data(), sizeof header);
  check(header.ProxyServerOffset == sizeof header && header.ProxyServerLength == length,
        "the header says where the text is");
  check(std::memcmp(bytes.data() + sizeof header, settings.proxy_server.data(), length) == 0,
        "the text is whole");
}

void ask(Package& package, const sspi::Credentials& credentials) {
  switch (package.input.ConsumeIntegralInRange<int>(0, 3)) {
    case 0:
      (void)sspi::queryCredentialsNames(credentials);
      break;
    case 1:
      (void)sspi::querySsiProvider(credentials);
      break;
    case 2:
      (void)sspi::queryCert(credentials);
      break;
    case 3:
      setProxy(package, credentials);
      break;
  }
}

void acquire(Package& package) {
  sspi::CredentialsRequest first;
  Package::Identity expected;
  request(package, first, expected);
  package.asked = false;
  auto credentials = sspi::Credentials::acquire(first);
  if (package.asked) checkData(package, first, expected);
  if (!credentials) return;
  check(sspi::succeeded(package.last_status), "what the package refused is not given");
  sspi::CredentialsRequest second;
  expected = {};
  request(package, second, expected);
  const auto added = credentials->add(second);
  check(bool(added) == sspi::succeeded(package.last_status), "a status is the package's");
  checkData(package, second, expected);
  ask(package, *credentials);
}

void bind(Package& package) {
  const std::vector<std::byte> data = package.bytes(400);
  const std::vector<std::byte> bindings = sspi::channelBindings(data);
  SEC_CHANNEL_BINDINGS header;
  check(bindings.size() == sizeof header + data.size(), "bindings have a header and the data");
  std::memcpy(&header, bindings.data(), sizeof header);
  check(header.dwApplicationDataOffset == sizeof header &&
            header.cbApplicationDataLength == data.size(),
        "the header says where the data is");
  check(std::ranges::equal(std::span(bindings).subspan(sizeof header), data), "the data is whole");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  switch (package.input.ConsumeIntegralInRange<int>(0, 7)) {
    case 0:
      bind(package);
      break;
    case 1: {
      const auto packages = sspi::enumerateSecurityPackages();
      check(!packages || package.last_status == SEC_E_OK, "what failed is not listed");
      break;
    }
    default:
      acquire(package);
  }
  return 0;
}
