// Contexts that stay: what one costs in memory and in time, beyond what the package takes.
import { credentialsOf, logonTo, makePair, raw } from '../lab.mjs';
import { packages } from '../packages.mjs';

const contexts = process.argv.includes('--quick') ? 2000 : 10_000;
const pairs = contexts / 2;
const ends = packages.handshakes.null;
const logon = raw.acquire(logonTo(ends));
const credentials = await credentialsOf(ends);

await makePair(credentials);
raw.handshakes(logon, 10, true);

const inC = await growth(() => raw.handshakes(logon, pairs, true));
const kept = [];
const ours = await growth(async () => {
  for (let i = 0; i < pairs; i++) kept.push(await makePair(credentials));
});
const perContext = (bytes) => Math.round(bytes / contexts);
const report = {
  ...{ kind: 'contexts', package: 'null', ends },
  contexts: 2 * kept.length,
  bytes: perContext(ours.native + ours.javascript - inC.native),
  native: perContext(ours.native - inC.native),
  javascript: perContext(ours.javascript),
  resident: perContext(ours.resident - inC.resident),
  packagesOwn: perContext(inC.native),
  microseconds: { raw: inC.microseconds, ours: ours.microseconds },
};
console.log(JSON.stringify(report));

async function growth(make) {
  const before = await memory();
  const start = performance.now();
  await make();
  const microseconds = ((performance.now() - start) * 1000) / contexts;
  const after = await memory();
  const changes = Object.keys(before).map((key) => [key, after[key] - before[key]]);
  return { ...Object.fromEntries(changes), microseconds };
}

async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { native: raw.heapBytes(), javascript: heapUsed, resident: rss };
}
