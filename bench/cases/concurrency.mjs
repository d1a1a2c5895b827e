// Handshakes a second, so many at a time; and one after the other in C, on one thread.
import { credentialsOf, logonTo, makePair, raw } from '../lab.mjs';
import { median } from '../measure.mjs';
import { packages } from '../packages.mjs';

const [, name, mode] = process.argv.slice(2);
const ends = packages.handshakes[name];
const logon = raw.acquire(logonTo(ends));
const credentials = await credentialsOf(ends);
const [rounds, seconds] = mode === '--quick' ? [2, 0.25] : [5, 0.6];

await rate(64);
const rates = new Map([1, 8, 64, 256].map((atATime) => [atATime, []]));
const inC = [];
for (let round = 0; round < rounds; round++) {
  inC.push(rateInC());
  for (const [atATime, list] of rates) list.push(await rate(atATime));
}
const rawRate = median(inC);
const points = [...rates].map(([atATime, list]) => ({
  atATime,
  perSecond: median(list),
  ratio: median(list.map((one, round) => one / inC[round])),
}));
console.log(JSON.stringify({ kind: 'concurrency', package: name, ends, raw: rawRate, points }));

function rateInC() {
  const each = raw.handshakes(logon, 5, false) / 5;
  const count = Math.ceil((seconds * 1e9) / each);
  return (count * 1e9) / raw.handshakes(logon, count, false);
}

async function rate(atATime) {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const worker = async () => {
    do {
      const { client, server } = await makePair(credentials);
      client.close();
      server.close();
      done += 1;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return (done * 1000) / (performance.now() - start);
}
