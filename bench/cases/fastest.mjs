// For the tests: how long EncryptMessage of 64 B takes in C with each NTLM of the lab, and which of them
// the benchmark measures.
import { logonTo, raw } from '../lab.mjs';
import { leastOf } from '../measure.mjs';
import { packages } from '../packages.mjs';

const both = [packages.messages.ntlm, packages.handshakes.ntlm];
const sides = Object.fromEntries(both.map((ends) => [ends.client, encrypting(ends)]));
console.log(JSON.stringify({ measured: both[0].client, nanoseconds: await leastOf(sides) }));

function encrypting(ends) {
  const pair = raw.open(raw.acquire(logonTo(ends)), false);
  return { run: (count) => raw.encrypt(pair, 64, count) };
}
