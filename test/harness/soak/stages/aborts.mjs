// Handshakes that are aborted: on any leg, before a thread has the step, while it runs, or when it
// has come back; by a signal, by close(), and by nobody who holds them any more.
import { setImmediate as turn } from 'node:timers/promises';
import { credentialsOf, lab } from '../../../../bench/lab.mjs';
import {
  ClientContext,
  Credentials,
  configureThreads,
  ServerContext,
} from '../../../../dist/index.mjs';
import { provider } from '../machine.mjs';
import { idleMilliseconds } from '../watch.mjs';

const targetName = lab.service.spn;

/** @param {{ packageName: string, count: number, atOnce: number }} options */
export const abortsOf = ({ packageName, count, atOnce }) => ({
  unit: 'handshakes',
  count,
  atOnce,
  async open() {
    configureThreads({ idleMilliseconds });
    return {
      async run(handshakes) {
        provider.delay('InitializeSecurityContext', 1);
        provider.delay('AcceptSecurityContext', 1);
        const credentials = await credentialsOf(packageName);
        await Promise.all(Array.from({ length: handshakes }, (_, i) => abort(credentials, i)));
        credentials.outbound.close();
        credentials.inbound.close();
      },
      close() {},
    };
  },
});

async function abort({ outbound, inbound }, i) {
  const client = new ClientContext(outbound, { targetName });
  const server = new ServerContext(inbound);
  const controller = new AbortController();
  const { signal } = controller;
  const legs = [
    () => Credentials.acquire({ package: outbound.package, signal }).then((one) => one.close()),
    () => client.step(undefined, { signal }),
    async () => server.step((await client.step()).token, { signal }),
    async () => {
      const { token } = await server.step((await client.step()).token);
      return client.step(token, { signal });
    },
  ];
  const running = legs[i % legs.length]().catch(expectAbort);
  for (let turns = (i >> 2) % 8; turns > 0; turns--) await turn();
  const end = (i >> 5) % 3;
  if (end === 0) controller.abort();
  if (end <= 1) {
    client.close();
    server.close();
  }
  await running;
}

function expectAbort(error) {
  if (error.name !== 'AbortError' && error.code !== 'ERR_SSPI_CONTEXT_CLOSED') throw error;
}
