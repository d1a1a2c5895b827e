// Contexts that come and go: complete ones, closed by their owner or found by the garbage collector.

import { credentialsOf, makePair } from '../../../../bench/lab.mjs';
import { packages } from '../../../../bench/packages.mjs';
import { configureThreads } from '../../../../dist/index.mjs';
import { idleMilliseconds } from '../watch.mjs';

const message = Buffer.alloc(64, 'message');

/** @param {{ name: 'null' | 'ntlm' | 'kerberos', count: number, atOnce: number }} options */
export const contextsOf = ({ name, count, atOnce }) => ({
  unit: 'contexts',
  count,
  atOnce,
  async open() {
    configureThreads({ idleMilliseconds });
    return {
      async run(contexts) {
        const credentials = await credentialsOf(packages.handshakes[name]);
        const pairs = await Promise.all(
          Array.from({ length: contexts / 2 }, () => makePair(credentials)),
        );
        for (const { client, server } of pairs) server.unwrap(client.wrap(message));
        // The garbage collector finds every fourth pair, and their credentials with them.
        for (const { client, server } of pairs.filter((_, i) => i % 4 > 0)) {
          client.close();
          server.close();
        }
        credentials.outbound.close();
        credentials.inbound.close();
      },
      close() {},
    };
  },
});
