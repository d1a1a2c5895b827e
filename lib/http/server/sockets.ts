import type { Duplex } from 'node:stream';

/** How long the client of a refused connection may take to read the answer and close, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

const guarded = new WeakSet<Duplex>();

const ignore = () => {};

/**
 * Listens to the errors of a socket until it closes: an error without a listener ends the process. Node removes its
 * own listener when a connection is upgraded. A socket that fails also closes, and the code here acts on that.
 */
export function ignoreErrors(socket: Duplex): void {
  if (guarded.has(socket)) return;
  guarded.add(socket);
  socket.on('error', ignore);
}

/**
 * Sends the last bytes of a connection and closes it: when the client closes, and after a limit at the latest.
 * Destroying it at once could discard the answer before the client has read it.
 */
export function endSocket(socket: Duplex, text: string): void {
  ignoreErrors(socket);
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(text);
  socket.resume(); // Node sees the client's end only behind what the client sent before it.
}
