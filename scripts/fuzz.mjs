// npm run fuzz [-- --minutes N] [--seed N]: the long run of every fuzz target, one after the other.
import { parseArgs } from 'node:util';
import { fuzzHeaders } from '../test/harness/fuzz/headers.mjs';
import { buildNativeTargets, fuzzNative, nativeTargets } from '../test/harness/fuzz/native.mjs';
import { runInLab } from '../test/harness/lab/lab.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

/** Of the time: the native targets and the headers have a tenth each, the lab has the rest. */
const share = Math.ceil((minutes * 60) / 10);
/** How long the attempts of a short run take in the lab, in seconds. */
const labSeconds = 40;

await main(async () => {
  if (process.platform !== 'linux') throw new Error('The fuzz targets need Linux.');
  if (!(minutes > 0)) throw new Error('--minutes must be a positive number.');
  await prepare();
  console.log(`About ${minutes} minutes from seed ${seed}`);
  const failures = [...(await onHost()), ...(await inLab())];
  for (const failure of failures) console.error(failure);
  return failures.length > 0 ? 1 : 0;
});

async function onHost() {
  const programs = await buildNativeTargets();
  const failures = [];
  const report = (target, { executions, output }) => {
    const end = output.length > 0 ? 'a finding' : 'no finding';
    console.log(`${target}: ${executions.toLocaleString('en')} executions, ${end}`);
    failures.push(...output);
  };
  for (const target of nativeTargets) {
    report(target, await fuzzNative({ programs, target, seconds: share, seed, keep: true }));
  }
  report('headers', fuzzHeaders({ seconds: share, seed, keep: true }));
  return failures;
}

async function inLab() {
  const times = Math.max(1, Math.round((3 * share) / labSeconds));
  const env = {
    NO_COLOR: '1',
    WINSSPI_FUZZ_TIMES: String(times),
    WINSSPI_FUZZ_SEED: String(seed),
  };
  const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/security/fuzz'];
  const code = await runInLab({ args, env });
  return code === 0 ? [] : ['The tokens and messages in the lab had a finding: see above.'];
}
