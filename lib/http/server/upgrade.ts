import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { callback, type Description, optional, type Reader, readOptions } from '../../options.js';
import { ignoreErrors } from '../ignore-errors.js';
import { isTls } from '../tls.js';
import {
  type AuthenticateFailure,
  type AuthenticateSuccess,
  formatText,
  plainText,
} from './authenticate-result.js';
import { type AuthenticatorOptions, getAuthenticator } from './authenticator.js';
import { addChallengeToHead } from './challenges.js';
import { endSocket } from './sockets.js';

export type UpgradeListener = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => Promise<AuthenticateSuccess | undefined>;

export interface UpgradeOptions {
  /**
   * Called for errors of the server itself, such as closed credentials, which are answered with 500. Must not throw.
   * Default: process.emitWarning().
   */
  onError?: ((error: Error, request: IncomingMessage) => void) | undefined;
}

const upgradeOptions = {
  onError: optional(callback as Reader<NonNullable<UpgradeOptions['onError']>>, (error) =>
    process.emitWarning(error),
  ),
} satisfies Description<UpgradeOptions>;

/**
 * Authenticates requests for an upgrade, such as to a WebSocket. Call it once, and call the listener that it returns
 * in each event `upgrade` of the server. The listener adds the last token of the handshake to the answer that the
 * application writes to the socket. After an answer with 401, the server takes the connection back, so that the next
 * token can come on it.
 *
 * @param options Options, or an Authenticator.
 * @param more Options of the listener.
 * @returns A listener. It resolves with the user; or with undefined where it has answered the request, or where the
 *   connection has closed. It does not reject.
 *
 * @example
 * const upgrade = negotiateUpgrade(authenticator);
 * server.on('upgrade', async (request, socket, head) => {
 *   if (await upgrade(request, socket, head)) webSockets.handleUpgrade(request, socket, head, onOpen);
 * });
 */
export function negotiateUpgrade(
  options: AuthenticatorOptions = {},
  more: UpgradeOptions = {},
): UpgradeListener {
  const authenticator = getAuthenticator(options);
  const { onError } = readOptions(more, 'more', upgradeOptions);
  return async (request, socket, head) => {
    ignoreErrors(socket);
    const result = await authenticator
      .evaluate(request)
      .catch((error) => ({ kind: 'error', error }) as const);
    if (result.kind === 'error') {
      endSocket(socket, formatResponse(internalError, 'close'));
      onError(result.error, request);
      return undefined;
    }
    if (result.kind === 'success') {
      const { 'WWW-Authenticate': lastToken } = result.headers;
      if (lastToken !== undefined) addChallengeToHead(socket, lastToken);
      return result;
    }
    if (result.kind === 'failure') writeFailure(request, socket, head, result);
    else socket.destroy();
    return undefined;
  };
}

interface Emitter {
  emit(event: string, socket: Duplex): boolean;
}

function writeFailure(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  failure: AuthenticateFailure,
): void {
  const { server } = socket as { server?: Emitter };
  // Of a client that has ended its side, the server would not see the end again: it closes a connection there.
  const isLast = server === undefined || hasBody(request) || socket.readableEnded;
  if (failure.status !== 401 || isLast) {
    endSocket(socket, formatResponse(failure, 'close'));
    return;
  }
  socket.write(formatResponse(failure, 'keep-alive'));
  if (head.length > 0) socket.unshift(head);
  // Node has detached the connection from the server; this attaches it again, with the server's headersTimeout.
  server.emit(isTls(request.socket) ? 'secureConnection' : 'connection', socket);
}

// Node does not read the body of an upgrade: on an attached connection, the body would be the next request.
function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}

type Answer = Pick<AuthenticateFailure, 'headers' | 'body' | 'contentType'> & { status: number };

const internalError: Answer = {
  ...{ status: 500, headers: {}, body: formatText(500), contentType: plainText },
};

function formatResponse(
  { status, headers, body, contentType }: Answer,
  connection: 'close' | 'keep-alive',
): Buffer {
  const all = Object.entries({
    ...headers,
    'Content-Type': contentType,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: connection,
  });
  const lines = all.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
}
