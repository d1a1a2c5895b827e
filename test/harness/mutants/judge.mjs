// Runs in the lab, in the copy of the project: puts what each mistake makes in place of the good files, runs
// its tests, and prints one line of JSON with the result.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';

/** A mistake can make a test wait for ever, with the JavaScript thread blocked. */
const secondsForTests = 180;
const report = 'mutants/report.json';
const parts = ['dist', 'lib', 'prebuilds'];

for (const part of parts) cpSync(part, `mutants/good/${part}`, { recursive: true });

const mutants = JSON.parse(readFileSync('mutants.json', 'utf8'));
await checkGood(mutants);
for (const { folder, file, why, tests } of mutants) {
  put(folder);
  console.log(JSON.stringify({ file, why, ...(await runTests(tests)) }));
  put('mutants/good');
}

/** Without a mistake, the tests pass: otherwise every mistake would count as noticed. */
async function checkGood(all) {
  const tests = [...new Set(all.flatMap((mutant) => mutant.tests))];
  const { noticed, by } = await runTests(tests, 10 * secondsForTests);
  if (!noticed) return;
  console.error(`The tests fail without any mistake: ${by}`);
  process.exit(1);
}

function put(folder) {
  for (const part of parts) {
    if (existsSync(`${folder}/${part}`)) cpSync(`${folder}/${part}`, part, { recursive: true });
  }
}

async function runTests(tests, seconds = secondsForTests) {
  rmSync(report, { force: true });
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1'];
  const options = ['--reporter=json', `--outputFile=${report}`];
  const child = spawn(process.execPath, [...vitest, ...options, ...tests], { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill(), seconds * 1000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  if (code === 0) return { noticed: false };
  return { noticed: true, by: signal ? 'a test that never ends' : firstFailure() };
}

function firstFailure() {
  if (!existsSync(report)) return 'the process ended';
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) return `${name.replace(/^.*[\\/]test[\\/]/, '')}: ${failed.fullName}`;
  }
  return 'a file that did not load';
}
