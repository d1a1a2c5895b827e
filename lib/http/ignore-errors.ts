import type { EventEmitter } from 'node:events';

const listening = new WeakSet<EventEmitter>();

const ignore = () => {};

/**
 * Listens to the errors of a socket or a stream until it closes: an error without a listener ends the process. Node
 * removes its own listener when a connection is upgraded, and when a response has ended while the request is still
 * sent. Code that waits for an error has its own listener.
 */
export function ignoreErrors<Emitter extends EventEmitter>(socket: Emitter): Emitter {
  if (listening.has(socket)) return socket;
  listening.add(socket);
  return socket.on('error', ignore);
}
