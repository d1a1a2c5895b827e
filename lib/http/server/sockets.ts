import type { Duplex } from 'node:stream';
import { ignoreErrors } from '../ignore-errors.js';

/** The time that the client of a refused connection has to read the answer and close, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

/**
 * Sends the last bytes of a connection and closes it: when the client closes, and after a limit at the latest.
 * Destroying it at once could discard the answer before the client has read it.
 */
export function endSocket(socket: Duplex, bytes: Buffer): void {
  ignoreErrors(socket);
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(bytes);
  socket.resume(); // Node reports the client's end only after it has read what the client sent before.
}
