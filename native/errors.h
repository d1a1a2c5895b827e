// The errors that the addon throws.
#ifndef WINSSPI_ERRORS_H_
#define WINSSPI_ERRORS_H_

#include <napi.h>

#include <initializer_list>

namespace winsspi {

// Throws the error of a code. lib/errors/codes.ts has its class and its text, which takes these
// arguments. An exception that is pending already stays.
void throwError(Napi::Env env, const char* code, std::initializer_list<napi_value> arguments = {});

// (createError): the function that makes the errors.
void defineErrors(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_ERRORS_H_
