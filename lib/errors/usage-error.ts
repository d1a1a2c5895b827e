/** The codes of errors that are the caller's to avoid, as Node's own are. */
export type UsageErrorCode =
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_SSPI_CONTEXT_BUSY'
  | 'ERR_SSPI_CONTEXT_CLOSED'
  | 'ERR_SSPI_CONTEXT_COMPLETE'
  | 'ERR_SSPI_CONTEXT_INCOMPLETE'
  | 'ERR_SSPI_CREDENTIALS_CLOSED'
  | 'ERR_SSPI_HTTP_BODY'
  | 'ERR_SSPI_HTTP_HANDSHAKE'
  | 'ERR_SSPI_HTTP_PROXY'
  | 'ERR_SSPI_HTTP_REDIRECT'
  | 'ERR_SSPI_IMPERSONATING'
  | 'ERR_SSPI_INVALID_BUFFER'
  | 'ERR_SSPI_OVERLOADED'
  | 'ERR_SSPI_REQUIREMENT_NOT_MET'
  | 'ERR_SSPI_ADDON_NOT_LOADED'
  | 'ERR_SSPI_UNSUPPORTED_PLATFORM';

/** An error with a code, of the class that Node uses for such a code. */
export function usageError(code: UsageErrorCode, message: string, options?: ErrorOptions): Error {
  return Object.assign(new (classOf(code))(message, options), { code });
}

function classOf(code: UsageErrorCode): ErrorConstructor {
  if (code === 'ERR_INVALID_ARG_TYPE' || code === 'ERR_INVALID_ARG_VALUE') return TypeError;
  return code === 'ERR_OUT_OF_RANGE' ? RangeError : Error;
}
