// A handshake of both ends: the same calls in C, and ours one after the other. With credentials at hand,
// and with credentials of its own.
import { randomBytes } from 'node:crypto';
import { credentialsOf, logonTo, makePair, pairOf, raw } from '../lab.mjs';
import { compare } from '../measure.mjs';
import { packages } from '../packages.mjs';

const [, name, mode] = process.argv.slice(2);
const ends = packages.handshakes[name];
const logon = raw.acquire(logonTo(ends));
const credentials = await credentialsOf(ends);

const sides = {
  raw: { run: (count) => raw.handshakes(logon, count, false) },
  ours: {
    async run(count) {
      const start = performance.now();
      for (let i = 0; i < count; i++) close(await makePair(credentials));
      return (performance.now() - start) * 1e6;
    },
  },
};
const logons = {
  raw: { run: (count) => raw.logons(logon, count) },
  ours: {
    async run(count) {
      const start = performance.now();
      for (let i = 0; i < count; i++) close(await pairOf(ends));
      return (performance.now() - start) * 1e6;
    },
  },
};
// What no asynchronous function can be without: the same calls in C, and the way to a thread of Node's
// own and back for each.
const turns = (call, ways) => ({
  async run(count) {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      call();
      for (let way = 0; way < ways; way++) {
        await new Promise((resolve) => randomBytes(8, resolve));
      }
    }
    return (performance.now() - start) * 1e6;
  },
});
const steps = await countSteps();
const effort = { rounds: mode === '--quick' ? 11 : 61, nanoseconds: 12e6, warmUp: 300, most: 1000 };
const inC = await compare(sides, effort);
const longer = { ...effort, nanoseconds: 60e6 };
const logonsInC = await compare(logons, longer);
const handshake = turns(() => raw.handshakes(logon, 1, false), steps);
const logonAndHandshake = turns(() => raw.logons(logon, 1), steps + 2);
console.log(
  JSON.stringify({
    ...{ kind: 'handshake', package: name, ends, ...inC },
    withTurns: { ways: steps, ...(await compare({ ...sides, raw: handshake }, effort)) },
    withCredentials: {
      ...logonsInC,
      withTurns: {
        ways: steps + 2,
        ...(await compare({ ...logons, raw: logonAndHandshake }, longer)),
      },
    },
  }),
);

/** How many legs the two sides have. */
async function countSteps() {
  let count = 0;
  close(await makePair(credentials, { onStep: () => count++ }));
  return count;
}

function close({ client, server }) {
  client.close();
  server.close();
}
