# Makes the target node_api_delay_import: a delay-load import library for node.exe, with the functions
# that node-api-headers lists. cmake-js makes one on Windows only.
set(definitions ${CMAKE_SOURCE_DIR}/node_modules/node-api-headers/def)
file(STRINGS ${definitions}/js_native_api.def js_names REGEX "^ *(napi|node_api)_")
file(STRINGS ${definitions}/node_api.def node_names REGEX "^ *(napi|node_api)_")
set(names ${js_names} ${node_names})
list(REMOVE_DUPLICATES names)
list(JOIN names "\n" exports)
file(WRITE ${CMAKE_BINARY_DIR}/node.def "NAME node.exe\nEXPORTS\n${exports}\n")

find_program(DLLTOOL NAMES x86_64-w64-mingw32-dlltool REQUIRED)
execute_process(
  COMMAND ${DLLTOOL} -d node.def -D node.exe -y libnode_api_delay_import.a
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
  COMMAND_ERROR_IS_FATAL ANY
)
add_library(node_api_delay_import STATIC IMPORTED)
set_target_properties(node_api_delay_import PROPERTIES
  IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/libnode_api_delay_import.a)
