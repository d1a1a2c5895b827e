// The client: a process of its own, told what to do by the demo.
import { ClientContext, Credentials } from 'winsspi';
import { answerCalls, describeError } from './calls.mjs';
import { Connection } from './connection.mjs';
import { Peer } from './peer.mjs';

const peer = new Peer();

async function connect({ port, package: packageName, identity, targetName, requiredFlags }) {
  const connection = await Connection.open(port);
  let credentials;
  try {
    credentials = await Credentials.acquire({ package: packageName, identity });
  } catch (error) {
    // Windows looks at the password later. Wine's Kerberos does it here.
    connection.hangUp();
    return { legs: [], failure: describeError(error) };
  }
  const context = new ClientContext(credentials, { targetName, requiredFlags });
  credentials.close(); // The context keeps what it needs.
  return await peer.establish(context, connection, { starts: true });
}

answerCalls({ connect, ...peer.calls });
