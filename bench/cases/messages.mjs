// One message function of one package, over sizes: the raw loop and ours.
import { packages } from '../lab.mjs';
import { compare, effort } from '../measure.mjs';
import { sidesOf } from '../sides.mjs';
import { sizes } from '../sizes.mjs';

const [operation, name, mode] = process.argv.slice(2);

/** What is prepared for a round may take so many bytes. */
const mostBytes = 32 * 1024 * 1024;

const sides = await sidesOf(packages[name]);
const points = [];
for (const size of sizes) {
  const most = Math.max(1, Math.min(20_000, Math.floor(mostBytes / (size + 1))));
  points.push({ size, ...(await measure(size, { ...effort(mode === '--quick'), most })) });
}
console.log(JSON.stringify({ kind: 'messages', operation, package: name, points }));

// gss-ntlmssp, behind the lab's NTLM, has no messages without a byte.
async function measure(size, options) {
  try {
    return await compare(sides(operation, size), options);
  } catch (error) {
    if (size > 0) throw error;
    return { failed: error.message };
  }
}
