{
  # Builds the addon with MSVC through node-gyp, for Windows. build.mjs does it with mingw-w64.
  "targets": [
    {
      "target_name": "winsspi_bench",
      "conditions": [
        [
          "OS=='win'",
          {
            "sources": [
              "addon.cc",
              "calls.cc",
              "memory.cc",
              "messages.cc",
              "pair.cc",
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
            "libraries": ["secur32.lib"],
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
