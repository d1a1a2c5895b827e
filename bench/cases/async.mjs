// wrapAsync and unwrapAsync against wrap and unwrap: what a message costs, and how long it keeps the
// event loop; and sealing beside opening on one connection, which can use two cores.
import { performance } from 'node:perf_hooks';
import { pairOf } from '../lab.mjs';
import { median } from '../measure.mjs';
import { packages } from '../packages.mjs';

const [, name, mode] = process.argv.slice(2);
const sizes = [64, 1024, 4096, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024];
const [rounds, bytes] = mode === '--quick' ? [3, 2 ** 21] : [11, 2 ** 23];
const ends = packages.messages[name];
const { client, server } = await pairOf(ends);

const points = [];
for (const size of sizes) points.push(await measure(size));
console.log(JSON.stringify({ kind: 'async', package: name, ends, points }));

async function measure(size) {
  const count = Math.max(4, Math.min(256, Math.floor(bytes / size)));
  const message = Buffer.alloc(size, 'message');
  const rows = [];
  for (let round = -1; round < rounds; round++) {
    const row = {
      sync: seal(count, message),
      async: await sealAsync(count, message),
      both: both(count, message),
      bothAsync: await bothAsync(count, message),
    };
    if (round >= 0) rows.push(row);
  }
  const of = (value) => median(rows.map(value));
  return {
    size,
    sync: of(({ sync }) => sync.elapsed),
    async: of(({ async }) => async.elapsed),
    /** How long the loop is busy with one message. */
    busy: of(({ async }) => async.busy),
    time: of(({ sync, async }) => async.elapsed / sync.elapsed),
    loop: of(({ sync, async }) => async.busy / sync.elapsed),
    duplex: of(({ both, bothAsync }) => both.elapsed / bothAsync.elapsed),
  };
}

// What is sealed has to be opened, for the sequence's sake; not timed.
function seal(count, message) {
  const sealed = [];
  const start = performance.now();
  for (let i = 0; i < count; i++) sealed.push(client.wrap(message));
  const elapsed = ((performance.now() - start) * 1e6) / count;
  for (const one of sealed) server.unwrap(one);
  return { elapsed };
}

async function sealAsync(count, message) {
  const before = performance.eventLoopUtilization();
  const start = performance.now();
  const sealed = await Promise.all(Array.from({ length: count }, () => client.wrapAsync(message)));
  const elapsed = ((performance.now() - start) * 1e6) / count;
  const { active } = performance.eventLoopUtilization(before);
  for (const one of sealed) server.unwrap(one);
  return { elapsed, busy: (active * 1e6) / count };
}

// The client seals for the server, and opens what the server has sealed for it.
function both(count, message) {
  const incoming = Array.from({ length: count }, () => server.wrap(message));
  const start = performance.now();
  const outgoing = incoming.map((sealed) => {
    client.unwrap(sealed);
    return client.wrap(message);
  });
  const elapsed = performance.now() - start;
  for (const one of outgoing) server.unwrap(one);
  return { elapsed };
}

async function bothAsync(count, message) {
  const incoming = Array.from({ length: count }, () => server.wrap(message));
  const start = performance.now();
  const calls = incoming.map((sealed) => [client.unwrapAsync(sealed), client.wrapAsync(message)]);
  const results = await Promise.all(calls.flat());
  const elapsed = performance.now() - start;
  for (const one of results) if (Buffer.isBuffer(one)) server.unwrap(one);
  return { elapsed };
}
