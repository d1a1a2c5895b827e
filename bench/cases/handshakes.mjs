// A handshake of both ends, credentials at hand: the same calls in C, and ours one after the other.
import { credentialsOf, logonTo, makePair, packages, raw } from '../lab.mjs';
import { compare } from '../measure.mjs';

const [, name, mode] = process.argv.slice(2);
const packageName = packages[name];
const logon = raw.acquire(logonTo(packageName));
const credentials = await credentialsOf(packageName);

const sides = {
  raw: { run: (count) => raw.handshakes(logon, count, false) },
  ours: {
    async run(count) {
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const { client, server } = await makePair(credentials);
        client.close();
        server.close();
      }
      return (performance.now() - start) * 1e6;
    },
  },
};
const effort = { rounds: mode === '--quick' ? 11 : 61, nanoseconds: 12e6, warmUp: 300, most: 1000 };
console.log(
  JSON.stringify({ kind: 'handshake', package: name, ...(await compare(sides, effort)) }),
);
