{
  # Builds the provider with MSVC through node-gyp, for Windows. build.mjs does it with mingw-w64.
  "targets": [
    {
      "target_name": "winsspi_provider",
      "conditions": [
        [
          "OS=='win'",
          {
            # secur32 loads a DLL, and the tests load the same as an addon.
            "product_extension": "dll",
            "sources": [
              "access_tokens.cc",
              "attributes.cc",
              "calls.cc",
              "certificate_bytes.cc",
              "certificates.cc",
              "cipher.cc",
              "clients.cc",
              "control.cc",
              "control_token.cc",
              "credentials.cc",
              "credentials_attributes.cc",
              "failing_threads.cc",
              "handshake.cc",
              "identity.cc",
              "impersonation.cc",
              "imports.cc",
              "kerberos.cc",
              "leg.cc",
              "lsa.cc",
              "mechanism.cc",
              "memory.cc",
              "messages.cc",
              "ntlm.cc",
              "null.cc",
              "objects.cc",
              "packages.cc",
              "passwords.cc",
              "points_in_time.cc",
              "protection.cc",
              "rare_attributes.cc",
              "script.cc",
              "search.cc",
              "settings.cc",
              "spnego.cc",
              "stream.cc",
              "stream_attributes.cc",
              "tables.cc",
              "threads.cc",
              "token.cc",
              "transfer.cc",
              "provider.def",
            ],
            "include_dirs": [
              "<!(node -p \"require('node-addon-api').include_dir\")",
            ],
            "defines": [
              "NAPI_VERSION=9",
              "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
              "NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS",
              "UNICODE",
              "_UNICODE",
            ],
            "libraries": ["advapi32.lib", "crypt32.lib"],
            # node-gyp builds without exceptions, of which "noexcept" makes the compiler warn.
            "msvs_disabled_warnings": [4577],
            "msvs_settings": {
              "VCCLCompilerTool": {
                "AdditionalOptions": ["/std:c++20", "/utf-8", "/W4", "/external:anglebrackets", "/external:W0"],
              },
            },
          },
        ],
      ],
    },
  ],
}
