import type { TlsOptions } from 'node:tls';
import { ByteReader, TlsClient } from './tls.js';
import { NodeServer } from './tls-server.js';

/** A connection after its handshake: the client, and the end of Node's own server. */
export async function tlsPair(options: TlsOptions = {}) {
  using server = await NodeServer.listen(options);
  const client = await TlsClient.open(server.address);
  const peer = await server.client;
  return {
    client,
    context: client.context,
    peer,
    received: new ByteReader(peer),
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      peer.destroy();
    },
  };
}
