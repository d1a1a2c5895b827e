import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { callback, type Description, optional, type Reader, readOptions } from '../../options.js';
import { ignoreErrors } from '../ignore-errors.js';
import { isTls } from '../tls.js';
import { type AuthenticatorOptions, authenticatorOf } from './authenticator.js';
import { addChallengeToHead } from './challenges.js';
import { endSocket } from './sockets.js';
import { type Acceptance, bodyOf, type Refusal } from './verdict.js';

export type UpgradeListener = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => Promise<Acceptance | undefined>;

export interface UpgradeOptions {
  /**
   * Hears of the errors of the server itself, such as closed credentials, which are answered with 500. Must not throw.
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
 * The authentication of requests for an upgrade, such as to a WebSocket. Call this once, and what it returns in each
 * event `upgrade` of the server. That resolves with who it is, or, where the request was answered, with nothing; it
 * does not reject. The last token of the handshake is added to the answer that the application writes to the socket.
 * The connection of a request that was refused with 401 goes on as one of HTTP, so that the next leg can come on it.
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
  const authenticator = authenticatorOf(options);
  const { onError } = readOptions(more, 'more', upgradeOptions);
  return async (request, socket, head) => {
    ignoreErrors(socket);
    const verdict = await authenticator
      .judge(request)
      .catch((error) => ({ kind: 'error', error }) as const);
    if (verdict.kind === 'error') {
      endSocket(socket, formatAnswer({ status: 500, headers: {} }, 'close'));
      onError(verdict.error, request);
      return undefined;
    }
    if (verdict.kind === 'authenticated') {
      const { 'WWW-Authenticate': lastToken } = verdict.headers;
      if (lastToken !== undefined) addChallengeToHead(socket, lastToken);
      return verdict;
    }
    if (verdict.kind === 'refused') answerOn(request, socket, head, verdict);
    else socket.destroy();
    return undefined;
  };
}

interface Emitter {
  emit(event: string, socket: Duplex): boolean;
}

function answerOn(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: Refusal): void {
  const { server } = socket as { server?: Emitter };
  if (refusal.status !== 401 || server === undefined || hasBody(request)) {
    endSocket(socket, formatAnswer(refusal, 'close'));
    return;
  }
  socket.write(formatAnswer(refusal, 'keep-alive'));
  if (head.length > 0) socket.unshift(head);
  // Node has let go of the connection; this gives it back. The server's headersTimeout limits it from here.
  server.emit(isTls(request.socket) ? 'secureConnection' : 'connection', socket);
}

// Node does not read the body of an upgrade: given back, the body would be the next request.
function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}

function formatAnswer(
  answer: Pick<Refusal, 'headers'> & { status: number; reason?: Refusal['reason'] },
  connection: 'close' | 'keep-alive',
): string {
  const body = bodyOf(answer);
  const headers = Object.entries({
    ...answer.headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: connection,
  });
  const lines = headers.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`, ...lines, '', body].join(
    '\r\n',
  );
}
