import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { isTls } from '../tls.js';
import { type AuthenticatorOptions, authenticatorOf } from './authenticator.js';
import { addChallengeToHead } from './challenges.js';
import { endSocket, ignoreErrors } from './sockets.js';
import { type Acceptance, bodyOf, type Refusal } from './verdict.js';

export type UpgradeListener = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => Promise<Acceptance | undefined>;

/**
 * The authentication of requests for an upgrade, such as to a WebSocket. What it makes is called in the
 * server's event `upgrade`; it resolves with who it is, or, where the request was answered, with nothing. The last
 * token of the handshake is added to the answer that the application writes to the socket. The connection of a refused request goes on as one of HTTP, so that
 * the next leg of a handshake can come on it.
 */
export function negotiateUpgrade(options: AuthenticatorOptions = {}): UpgradeListener {
  const authenticator = authenticatorOf(options);
  return async (request, socket, head) => {
    ignoreErrors(socket);
    const verdict = await authenticator.judge(request);
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
  const goesOn = refusal.status === 401 && server !== undefined && !hasBody(request);
  const body = bodyOf(refusal);
  const headers = Object.entries({
    ...refusal.headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: goesOn ? 'keep-alive' : 'close',
  });
  const lines = headers.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  const first = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`;
  const text = [first, ...lines, '', body].join('\r\n');
  if (!goesOn) {
    endSocket(socket, text);
    return;
  }
  socket.write(text);
  if (head.length > 0) socket.unshift(head);
  // Node has let go of the connection; this gives it back. The server's headersTimeout limits it from here.
  server.emit(isTls(request.socket) ? 'secureConnection' : 'connection', socket);
}

// Node does not read the body of an upgrade: given back, the body would be the next request.
function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  return coding !== undefined || (length !== undefined && Number(length) !== 0);
}
