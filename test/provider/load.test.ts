import { expect, test } from 'vitest';
import { runModule } from '../support/child.js';
import { providerInstalled } from '../support/provider.js';
import { withContext } from '../support/provider-child.js';

// In a process of its own, whose event loop nobody else uses.
const measure = `
  import { lookup } from 'node:dns/promises';
  import { readFile } from 'node:fs/promises';
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  import { ServerContext } from ${JSON.stringify(
    new URL('../../dist/index.mjs', import.meta.url).href,
  )};

  const both = await Credentials.acquire({ package: 'TestScript', use: 'both' });

  async function shakeHands() {
    const client = new ClientContext(both, { targetName: 'HTTP/a' });
    const server = new ServerContext(both);
    let token;
    while (!client.done || !server.done) {
      ({ token } = await client.step(token));
      if (token) ({ token } = await server.step(token));
    }
    client.close();
    server.close();
  }

  /** How long reads and look-ups take until something else is done, in milliseconds. */
  async function others(end) {
    const took = { readFile: [], lookup: [] };
    const timed = async (name, call) => {
      const start = performance.now();
      await call();
      took[name].push(performance.now() - start);
    };
    let ended = false;
    end.then(() => { ended = true; });
    while (!ended) {
      await Promise.all([
        timed('readFile', () => readFile('package.json')),
        timed('lookup', () => lookup('localhost')),
        delay(2),
      ]);
    }
    const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    return { readFile: median(took.readFile), lookup: median(took.lookup) };
  }

  await others(delay(200)); // warm
  const alone = await others(delay(1000));
  provider.delay('InitializeSecurityContext', 100);
  provider.delay('AcceptSecurityContext', 100);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const start = performance.now();
  const handshakes = Promise.all(Array.from({ length: 200 }, shakeHands));
  const beside = await others(handshakes);
  loop.disable();
  console.log(JSON.stringify({
    alone,
    beside,
    seconds: (performance.now() - start) / 1000,
    delay: { p50: loop.percentile(50) / 1e6, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 },
  }));
  process.exit(0);
`;

test.skipIf(!providerInstalled)(
  "two hundred handshakes of 100 ms a call hold neither the event loop nor libuv's pool",
  async () => {
    const { code, stdout, stderr } = await runModule(withContext + measure);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    console.log(stdout.trim());
    const { alone, beside, seconds, delay } = JSON.parse(stdout);
    expect(delay.p99).toBeLessThan(20);
    // With a pool of four threads they would take as long as the calls before them: seconds.
    expect(beside.readFile).toBeLessThan(5 * alone.readFile + 5);
    expect(beside.lookup).toBeLessThan(5 * alone.lookup + 5);
    // 200 handshakes have 600 calls: 64 at a time take 0.9 s at least, four would take 15 s.
    expect(seconds).toBeLessThan(8);
  },
);
