// One message function of one package, over sizes: the raw loop and ours.
import { compare, effort } from '../measure.mjs';
import { packages } from '../packages.mjs';
import { sidesOf } from '../sides.mjs';
import { sizes } from '../sizes.mjs';

const [operation, name, mode] = process.argv.slice(2);

/** What is prepared for a round may take so many bytes. */
const mostBytes = 32 * 1024 * 1024;

const ends = packages.messages[name];
const sides = await sidesOf(ends);
const points = [];
for (const size of sizes) {
  const most = Math.max(1, Math.min(20_000, Math.floor(mostBytes / (size + 1))));
  points.push({ size, ...(await measure(size, { ...effort(mode === '--quick'), most })) });
}
console.log(JSON.stringify({ kind: 'messages', operation, package: name, ends, points }));

// gss-ntlmssp, behind the lab's NTLM, has no messages without a byte. And winsspi does not sign where the
// package did not grant it, which Wine's NTLM forgets to do.
async function measure(size, options) {
  try {
    return await compare(sides(operation, size), options);
  } catch (error) {
    if (size > 0 && !error.code?.startsWith('ERR_SSPI_')) throw error;
    return { failed: error.message };
  }
}
