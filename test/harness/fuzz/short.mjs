// The short run of the fuzz targets for Linux, as part of npm test: every input of the repository,
// and a few seconds of new ones. `npm run fuzz` is the long one.
import { readCorpus } from './corpus.mjs';
import { fuzzHeaders } from './headers.mjs';
import { buildNativeTargets, fuzzNative, nativeTargets } from './native.mjs';

const seconds = 4;

/** The same inputs in each run, as far as the machine is as fast. */
const seed = 20_240_501;

/**
 * Each target is a test.
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function fuzzShortly() {
  console.error('Building and running the fuzz targets for Linux (about a minute) …');
  const programs = await buildNativeTargets();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const count = (target, { executions, output }) => {
    const known = readCorpus(target).length;
    const good = output.length === 0 && executions > known;
    counts[good ? 'passed' : 'failed'] += 1;
    console.log(`fuzz ${target}: ${executions} executions, ${known} of them known inputs`);
    if (!good) console.error(`fuzz ${target} failed:\n${output.join('\n')}`);
  };
  for (const target of nativeTargets) {
    count(target, await fuzzNative({ programs, target, seconds, seed }));
  }
  count('headers', fuzzHeaders({ seconds, seed }));
  return counts;
}
