import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Whether a connection is encrypted by a TLS socket of Node's. */
export function isTls(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true;
}
