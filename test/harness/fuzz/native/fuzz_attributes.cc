// Attributes of contexts: everything that a package points to is read within its length, given back
// once, and wiped before where it is secret.
#include "package.h"
#include "sspi/attributes.h"
#include "sspi/channel_bindings.h"
#include "sspi/schannel.h"

namespace {

using fuzz::check;
using fuzz::Package;
using sspi::Context;

template <typename Answer>
void checkAnswer(const Answer&) {}

void checkAnswer(const sspi::SessionKey& session) {
  check(session.key.size() > 0, "a session key is not empty");
}

void checkAnswer(const sspi::KeyingMaterial& keying) {
  check(keying.material.size() > 0, "keying material is not empty");
}

template <auto query>
void ask(const Context& context) {
  const auto answer = query(context);
  const Package& package = Package::current();
  if (answer) {
    check(package.last_status == SEC_E_OK, "what the package refused is not answered");
    checkAnswer(*answer);
    return;
  }
  const sspi::Failure& failure = answer.failure();
  check(failure.status == package.last_status || failure.status == SEC_E_INTERNAL_ERROR,
        "a failure has the package's status");
}

// Append: the inputs of the corpus select by place.
constexpr void (*kQuestions[])(const Context&) = {
    ask<sspi::querySizes>,
    ask<sspi::queryStreamSizes>,
    ask<sspi::queryNames>,
    ask<sspi::queryLifespan>,
    ask<sspi::queryKeyInfo>,
    ask<sspi::querySessionKey>,
    ask<sspi::queryPackageInfo>,
    ask<sspi::queryNegotiationInfo>,
    ask<sspi::queryNativeNames>,
    ask<sspi::queryFlags>,
    ask<sspi::queryDceInfo>,
    ask<sspi::queryAuthority>,
    ask<sspi::queryPasswordExpiry>,
    ask<sspi::queryTargetInformation>,
    ask<sspi::queryClientSpecifiedTarget>,
    ask<sspi::queryLastClientTokenStatus>,
    ask<sspi::queryUniqueBindings>,
    ask<sspi::queryEndpointBindings>,
    ask<sspi::queryApplicationProtocol>,
    ask<sspi::queryRemoteCertContext>,
    ask<sspi::queryConnectionInfo>,
    ask<sspi::queryCipherInfo>,
    ask<sspi::queryKeyingMaterial>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  const Context context(sspi::Role::kClient, sspi::PackageInfo{},
                        sspi::ContextHandle(package.newContext()));
  for (int count = package.input.ConsumeIntegralInRange<int>(1, 4); count > 0; count--) {
    package.input.PickValueInArray(kQuestions)(context);
  }
  return 0;
}
