// Bytes that V8 allocates for a call of wrapInto: none of it is collected meanwhile (see the flags in
// cases.mjs), so that what the heap grew by is what was allocated.
import { PerformanceObserver } from 'node:perf_hooks';
import { pairOf } from '../lab.mjs';
import { packages } from '../packages.mjs';

const calls = process.argv.includes('--quick') ? 300_000 : 1_000_000;
const ends = packages.messages.null;
const { client } = await pairOf(ends);
const message = Buffer.alloc(64);
const target = Buffer.alloc(message.length + client.wrapOverhead);

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

let kept;

const report = {
  ...{ kind: 'allocations', package: 'null', ends },
  calls,
  wrapInto: await bytesPerCall(() => client.wrapInto(target, message)),
  wrap: await bytesPerCall(() => client.wrap(message), 10_000),
  // What shows that an allocation would be seen: an object of three numbers.
  calibration: await bytesPerCall(() => {
    kept = { a: 0.5, b: 1, c: 2 };
  }, 10_000),
};
console.log(JSON.stringify(report));

async function bytesPerCall(call, times = calls) {
  if (kept !== undefined) kept = undefined;
  run(call, 50_000);
  // Twice: what the first finds is given back by the next.
  globalThis.gc();
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 50));
  collections = 0;
  const before = used();
  run(call, times);
  const after = used();
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (collections > 0) throw new Error('The heap was collected meanwhile.');
  // What V8 does beside it is less than a byte of a call.
  return Math.round((after - before) / times) || 0;
}

function run(call, times) {
  for (let i = 0; i < times; i++) call();
}

function used() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
