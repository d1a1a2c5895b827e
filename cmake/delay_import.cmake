# delay_import(TARGET LIBRARY NAME…): makes a delay-load import library of these functions of a
# LIBRARY, which is loaded when one of them is first called. mingw-w64 has none, and for node.exe
# cmake-js makes one on Windows only.
find_program(DLLTOOL NAMES x86_64-w64-mingw32-dlltool REQUIRED)
find_program(NM NAMES x86_64-w64-mingw32-nm REQUIRED)

function(delay_import target library)
  list(JOIN ARGN "\n" exports)
  file(WRITE ${CMAKE_BINARY_DIR}/${target}.def "NAME ${library}\nEXPORTS\n${exports}\n")
  execute_process(
    COMMAND ${DLLTOOL} -d ${target}.def -D ${library} -y lib${target}.a
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    COMMAND_ERROR_IS_FATAL ANY
  )
  add_library(${target} STATIC IMPORTED)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/lib${target}.a)
endfunction()

# The functions that node-api-headers lists.
set(definitions ${CMAKE_SOURCE_DIR}/node_modules/node-api-headers/def)
file(STRINGS ${definitions}/js_native_api.def js_names REGEX "^ *(napi|node_api)_")
file(STRINGS ${definitions}/node_api.def node_names REGEX "^ *(napi|node_api)_")
set(names ${js_names} ${node_names})
list(REMOVE_DUPLICATES names)
delay_import(node_api_delay_import node.exe ${names})

# Those of mingw-w64's own import library.
execute_process(
  COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libsecur32.a
  OUTPUT_VARIABLE secur32
  OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY
)
execute_process(COMMAND ${NM} ${secur32} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " T [A-Za-z0-9]+" names "${symbols}")
list(TRANSFORM names REPLACE " T " "")
delay_import(secur32_delay_import secur32.dll ${names})
