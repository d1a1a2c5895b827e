import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ScriptedServer extends AsyncDisposable {
  readonly origin: string;
  readonly server: Server;
  readonly requests: IncomingMessage[];
  readonly sockets: ReadonlySet<Socket>;
}

/** A server that does what a test says, and notes what came. */
export async function scripted(listener: RequestListener): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ maxHeaderSize: 0x40000 }, (request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    server,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Asks for Negotiate, whatever comes. */
export const asking: RequestListener = (_, response) => {
  response
    .writeHead(401, { 'WWW-Authenticate': ['Basic realm="x"', 'Negotiate', 'NTLM'] })
    .end('no');
};
