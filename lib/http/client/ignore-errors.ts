import type { EventEmitter } from 'node:events';

/**
 * Gives a socket, or a stream, a listener for its errors, from its birth to its close. Node takes its own off when a
 * response has ended, also while the request is still sent: an error that nobody hears ends the process.
 * Those who wait for it have listeners of their own.
 */
export function ignoreErrors<Emitter extends EventEmitter>(socket: Emitter): Emitter {
  return socket.on('error', () => {});
}
