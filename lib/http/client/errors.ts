import { usageError } from '../../errors/usage-error.js';

/** The server did not keep to the protocol, or is not who it must be. */
export function handshakeError(what: string): Error {
  return usageError('ERR_SSPI_HTTP_HANDSHAKE', `${what}. The handshake is void`);
}

/**
 * Gives an error the status of the answer that it is about, where that is an error too. What else the
 * answer has is not to be trusted: who gave it is not known.
 */
export function withStatus(error: unknown, statusCode: number): unknown {
  if (error instanceof Error && statusCode >= 400) Object.assign(error, { statusCode });
  return error;
}

const losses = new WeakSet<Error>();

/** The connection of a handshake closed between two legs: the second one was not sent. */
export function lossError(who: string): Error {
  const error = handshakeError(`${who} closed the connection in the middle`);
  losses.add(error);
  return error;
}

/** Whether the handshake can begin anew, on another connection. */
export function isLoss(error: unknown): boolean {
  return losses.has(error as Error);
}

export function bodyError(what: string): Error {
  return usageError(
    'ERR_SSPI_HTTP_BODY',
    `${what}, and more of the body has been sent than is kept to be sent again. Raise "maxReplayBodySize", ` +
      'or send a request without a body first',
  );
}

/** A body is shorter or longer than its Content-Length. */
export function bodyLengthError(read: number, length: number): Error {
  const found = read > length ? 'more' : `${read}`;
  return usageError(
    'ERR_SSPI_HTTP_BODY',
    `The header Content-Length says ${length} bytes, and the body has ${found}`,
  );
}

/** A connection closed before its response had ended. */
export function closedError(): Error {
  return usageError(
    'ERR_SSPI_HTTP_HANDSHAKE',
    'The server closed the connection before its response',
  );
}

/** What a client writes to its socket is no request: it is what it has as the body of the last one. */
export function unframedError(): Error {
  return usageError(
    'ERR_SSPI_HTTP_BODY',
    'The body of the request has no length: node:http writes none for GET, HEAD, DELETE, OPTIONS and ' +
      'TRACE. Set the header Content-Length, or Transfer-Encoding to "chunked"',
  );
}

/** A peer took too long. */
export function timeoutError(what: string, milliseconds: number): Error {
  return usageError('ERR_SSPI_HTTP_TIMEOUT', `${what} within ${milliseconds} ms`);
}

/** The proxy refused a request, or opened no tunnel. */
export function proxyError(status: number, request: string): Error {
  const why =
    status === 407 ? 'It refused the logon, or asks for another scheme' : 'See what its rules say';
  const error = usageError(
    'ERR_SSPI_HTTP_PROXY',
    `The proxy answered ${status} to ${request}. ${why}`,
  );
  return withStatus(error, status) as Error;
}
