// Leaks on purpose, of every kind that the soak has to see.
import { openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ClientContext, Credentials } from '../../../../dist/index.mjs';
import { provider } from '../machine.mjs';

const kept = [];

export const leak = ({ count, atOnce }) => ({
  unit: 'leaks',
  count,
  atOnce,
  async open() {
    const workers = [];
    return {
      async run(leaks) {
        const credentials = await Credentials.acquire({ package: 'TestScript' });
        const context = new ClientContext(credentials, { targetName: 'HTTP/a' });
        await context.step();
        provider.leak();
        const memory = Array.from({ length: leaks }, () => [Buffer.alloc(20_000), new Array(200)]);
        kept.push(credentials, context, memory, openSync('package.json'));
        workers.push(new Worker('setInterval(() => {}, 1000)', { eval: true }));
      },
      close() {
        for (const worker of workers) worker.unref();
      },
    };
  },
});
