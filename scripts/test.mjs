// npm test: checks the sources, then runs the tests under Windows Node, on Linux in the lab.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fuzzShortly } from '../test/harness/fuzz/short.mjs';
import { runInLab } from '../test/harness/lab/lab.mjs';
import {
  ensurePackages,
  labPackages,
  sanitizerPackages,
  toolchainPackages,
} from '../test/harness/lab/packages.mjs';
import { runSanitizers } from '../test/harness/sanitizers/run.mjs';
import { checkWarnings } from '../test/harness/warnings/run.mjs';
import { buildAddon, isCurrent, readRecord } from './addon.mjs';
import { ensureDependencies, runPackage } from './dependencies.mjs';
import { buildLibrary } from './library.mjs';
import { main } from './main.mjs';

/** A call that never returns must not keep the run from ending. */
const minutes = 25;

/** Whether a part of the tests was asked for. The sanitizers and the fuzz targets are none. */
const isPart = process.argv.length > 2;
const onLinux = process.platform === 'linux';

/** What was not run. */
const none = { passed: 0, failed: 0, skipped: 0 };

const args = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];

await main(async () => {
  ensureDependencies();
  await checkSources();
  const sanitizes = onLinux && !isPart;
  // All at once, and before the clock starts: a slow network is no hang.
  if (sanitizes) ensureDependencies('test/harness/sanitizers');
  if (onLinux) {
    const sanitizers = sanitizes ? sanitizerPackages : {};
    ensurePackages({ ...labPackages, ...toolchainPackages, ...sanitizers });
  }
  checkAddon();
  const checked = sanitizes ? await checkNative() : none;
  const sanitized = sanitizes ? await runSanitizers(console.log) : none;
  const fuzzed = sanitizes ? await fuzzShortly() : none;
  setTimeout(giveUp, minutes * 60_000).unref();
  return await runTests([checked, sanitized, fuzzed]);
});

async function checkSources() {
  console.error('Checking and compiling the TypeScript …');
  runPackage('@biomejs/biome/bin/biome', ['check', '.']);
  await buildLibrary();
  runPackage('typescript/bin/tsc', ['--project', 'test']);
}

async function checkNative() {
  console.error('Reading native/ with the warnings that MSVC has …');
  return await checkWarnings(console.log);
}

// The addon in the repository has to be the one that these sources make. On Windows it is used as
// it is: no compiler is needed there.
function checkAddon() {
  if (process.platform === 'win32') return;
  // A part of the tests should start within seconds: it builds the addon only where its sources changed.
  if (isPart && isCurrent()) return;
  const recorded = readRecord();
  const built = buildAddon();
  const differs = recorded?.sources !== built.sources || recorded?.sha256 !== built.sha256;
  if (!differs || recorded?.toolchain !== built.toolchain) return;
  if (!process.env.CI) return console.error('The addon has changed: commit prebuilds with it.');
  throw new Error(
    'prebuilds/win32-x64 is not what these sources make: run npm run build and commit it.',
  );
}

// The counts come last, whatever the test runner prints after them.
async function runTests(onHost) {
  // A program for Windows takes every output for a terminal.
  const env = process.stdout.isTTY && !process.env.NO_COLOR ? {} : { NO_COLOR: '1' };
  console.error('Running the tests (about 3 minutes, of which one can pass without a word) …');
  let closingLine = '';
  const proofs = readProofs();
  const onLine = (line, stream) => {
    if (/^\d+ passed, \d+ failed/.test(line)) closingLine = line;
    else (stream === 'stderr' ? process.stderr : process.stdout).write(`${line}\n`);
  };
  const exitCode =
    process.platform === 'win32' ? await runHere(onLine) : await runInLab({ args, env, onLine });
  const ran = Number.parseInt(closingLine, 10) > 0;
  if (!ran) console.error('No test has passed.');
  const good = checkProofs(proofs) && ran;
  console.log(onHost.reduce(sum, closingLine || '0 passed, 0 failed'));
  return good && onHost.every(({ failed }) => failed === 0) ? exitCode : exitCode || 1;
}

/** The closing line, with the counts of what ran beside the test runner. */
function sum(closingLine, { passed, failed, skipped }) {
  const [, p, f, s = 0] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/.exec(closingLine);
  const left = Number(s) + skipped;
  return `${Number(p) + passed} passed, ${Number(f) + failed} failed${left > 0 ? `, ${left} skipped` : ''}`;
}

// The tests write it, when all of them have run (test/harness/proofs).
function readProofs() {
  return readFileSync(new URL('../docs/proofs.md', import.meta.url), 'utf8');
}

// The table in the repository has to be the one that these tests make.
function checkProofs(before) {
  if (readProofs() === before) return true;
  if (process.env.CI) {
    console.error('docs/proofs.md is not what these tests make: run npm test and commit it.');
  } else {
    console.error('docs/proofs.md has changed: commit it.');
  }
  return !process.env.CI;
}

// The lab ends with this process.
function giveUp() {
  console.error(`The tests were not done after ${minutes} minutes: something hangs.`);
  process.exit(1);
}

async function runHere(onLine) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, 'stdout'));
  const [code] = await once(child, 'close');
  return code ?? 1;
}
