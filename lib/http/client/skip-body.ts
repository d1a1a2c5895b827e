import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { handshakeError } from './errors.js';
import { LONGEST_REFUSAL, refusalError } from './handshake.js';

// https://www.rfc-editor.org/rfc/rfc9112#section-6

/**
 * Reads a refusal's body off a connection, by the head that came before it. Whether the connection can
 * be used for the next request.
 */
export async function skipBody(
  socket: Socket,
  { statusCode, headers, httpVersion }: IncomingMessage,
  signal: AbortSignal,
): Promise<boolean> {
  const status = statusCode as number;
  const said = `${headers.connection ?? ''},${headers['proxy-connection'] ?? ''}`.toLowerCase();
  const closes = said.includes('close') || (httpVersion === '1.0' && !said.includes('keep-alive'));
  const length = headers['content-length'];
  const isChunked = headers['transfer-encoding'] !== undefined;
  // The rest goes with the connection.
  if (closes || (!isChunked && length === undefined)) return false;
  if (isChunked) await skipChunks(socket, status, signal);
  else await skip(socket, Number(length), status, signal);
  return true;
}

async function skipChunks(socket: Socket, status: number, signal: AbortSignal): Promise<void> {
  for (let total = 0; ; ) {
    const line = await readLine(socket, signal);
    const length = /^[0-9a-f]{1,8}/i.test(line) ? Number.parseInt(line, 16) : Number.NaN;
    if (Number.isNaN(length)) throw handshakeError(`The body of a ${status} is malformed`);
    if (length === 0) break;
    total += length;
    await skip(socket, total > LONGEST_REFUSAL ? total : length, status, signal);
    await readLine(socket, signal);
  }
  while ((await readLine(socket, signal)) !== '');
}

async function skip(
  socket: Socket,
  length: number,
  status: number,
  signal: AbortSignal,
): Promise<void> {
  if (length > LONGEST_REFUSAL) throw refusalError(status);
  if (length > 0) await read(socket, length, signal);
}

async function readLine(socket: Socket, signal: AbortSignal): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) {
    line += (await read(socket, 1, signal)).toString('latin1');
    if (line.length > 1024) throw handshakeError('A line of a refusal is longer than 1 KiB');
  }
  return line.trimEnd();
}

async function read(socket: Socket, length: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const part = socket.read(length) as Buffer | null;
    if (part?.length === length) return part;
    if (socket.readableEnded || socket.destroyed || part) {
      throw handshakeError('The proxy closed the connection in the middle');
    }
    await once(socket, 'readable', { signal });
  }
}
