{
  # Builds the addon with MSVC through node-gyp. CMakeLists.txt does the same for cmake-js: change both.
  "targets": [
    {
      "target_name": "winsspi",
      "conditions": [
        [
          "OS=='win'",
          {
            # CMakeLists.txt reads the same list.
            "sources": ["<!@(node -p \"fs.readFileSync('native/sources.txt', 'utf8')\")"],
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
                "AdditionalOptions": ["/std:c++20", "/utf-8", "/W4", "/WX", "/external:anglebrackets", "/external:W0", "/sdl", "/guard:cf"],
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
