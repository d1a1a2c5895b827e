{
  # Builds the addon with MSVC through node-gyp. CMakeLists.txt says the same for cmake-js: change both.
  "targets": [
    {
      "target_name": "winsspi",
      "conditions": [
        [
          "OS=='win'",
          {
            "sources": [
              "native/access_token_binding.cc",
              "native/accounts_binding.cc",
              "native/addon.cc",
              "native/attributes_binding.cc",
              "native/calls.cc",
              "native/completion_queue.cc",
              "native/context_binding.cc",
              "native/convert.cc",
              "native/credentials_binding.cc",
              "native/environment.cc",
              "native/message_binding.cc",
              "native/packages_binding.cc",
              "native/sspi/access_token.cc",
              "native/sspi/account_names.cc",
              "native/sspi/accounts.cc",
              "native/sspi/attributes.cc",
              "native/sspi/authentication_data.cc",
              "native/sspi/buffers.cc",
              "native/sspi/channel_bindings.cc",
              "native/sspi/context.cc",
              "native/sspi/credentials.cc",
              "native/sspi/credentials_attributes.cc",
              "native/sspi/impersonation.cc",
              "native/sspi/message.cc",
              "native/sspi/packages.cc",
              "native/sspi/schannel.cc",
              "native/sspi/secur32.cc",
              "native/sspi/time.cc",
              "native/threads/thread.cc",
              "native/threads/thread_pool.cc",
              "native/threads_binding.cc",
            ],
            "include_dirs": [
              "native",
              "<!(node -p \"require('node-addon-api').include_dir\")",
            ],
            "defines": [
              "NAPI_VERSION=9",
              "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
              "NODE_ADDON_API_DISABLE_DEPRECATED",
              "NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS",
              "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED",
              "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
              "UNICODE",
              "_UNICODE",
            ],
            "libraries": ["advapi32.lib", "crypt32.lib", "secur32.lib"],
            # node-gyp builds without exceptions, of which "noexcept" makes the compiler warn.
            "msvs_disabled_warnings": [4577],
            "msvs_settings": {
              "VCCLCompilerTool": {
                "AdditionalOptions": ["/std:c++20", "/W4", "/WX", "/external:anglebrackets", "/external:W0", "/sdl", "/guard:cf"],
              },
              "VCLinkerTool": {
                # Loaded when it is first needed: it loads the security packages, and so takes long.
                "DelayLoadDLLs": ["secur32.dll"],
                "AdditionalOptions": ["/guard:cf", "/DYNAMICBASE", "/Brepro"],
              },
            },
          },
        ],
      ],
    },
  ],
}
