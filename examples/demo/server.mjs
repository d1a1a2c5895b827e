// The server: a process of its own, told what to do by the demo.
import { on, once } from 'node:events';
import { createServer } from 'node:net';
import { Credentials, ServerContext } from 'winsspi';
import { answerCalls } from './calls.mjs';
import { Connection } from './connection.mjs';
import { Peer } from './peer.mjs';

const peer = new Peer();
let connections;

/** @returns {Promise<number>} the port */
async function listen() {
  const server = createServer();
  connections = on(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function accept({ package: packageName, requiredFlags }) {
  const credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
  const { value } = await connections.next();
  const context = new ServerContext(credentials, { requiredFlags });
  credentials.close(); // The context keeps what it needs.
  return await peer.establish(context, new Connection(value[0]), { starts: false });
}

answerCalls({ listen, accept, ...peer.calls });
