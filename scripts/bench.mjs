// npm run bench [-- CASE… --quick --json FILE --update]: how much the binding costs, on Linux in the lab.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { select, tarball } from '../bench/cases.mjs';
import { document } from '../bench/document.mjs';
import { disturbed } from '../bench/measure.mjs';
import { installPeers } from '../bench/peers/install.mjs';
import { buildPieces } from '../bench/pieces/build.mjs';
import { plot } from '../bench/plot.mjs';
import { withTable } from '../bench/readme.mjs';
import { report } from '../bench/report.mjs';
import { reached } from '../bench/targets.mjs';
import { runInLab } from '../test/harness/lab/lab.mjs';
import { windowsPath } from '../test/harness/lab/wine.mjs';
import { run, runPackage } from './dependencies.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

const onWindows = process.platform === 'win32';

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      update: { type: 'boolean' },
      json: { type: 'string' },
    },
  });
  const names = select(positionals);
  if (values.update && (positionals.length > 0 || values.quick)) {
    throw new Error('--update wants a whole run: without --quick, and without names of cases.');
  }
  await prepare();
  const measured = await measure(names, values.quick);
  console.log(report(measured));
  if (values.json) writeJson(values.json, measured);
  if (values.update) update(measured);
  return Object.values(measured.results).some(({ failed }) => failed) ? 1 : 0;
});

async function measure(names, quick) {
  const measured = { machine: undefined, results: {} };
  const onLine = (line, stream) => {
    if (stream === 'stderr') return process.stderr.write(`${line}\n`);
    const { machine, name, ...result } = JSON.parse(line);
    if (machine) measured.machine = machine;
    if (!name) return;
    console.error(`  ${name}${result.failed ? ' FAILED' : ''}`);
    measured.results[name] = result;
  };
  const env = {
    ...(names.some((name) => name === 'http' || name.startsWith('peers-')) && (await peers())),
    ...(names.includes('pieces') && { WINSSPI_BENCH_PIECES: pathInLab(await buildPieces()) }),
  };
  console.error('Measuring. Nothing else should run on this machine meanwhile …');
  const args = ['bench/inside.mjs', ...(quick ? ['--quick'] : []), ...names];
  const code = onWindows ? await runHere(args, env, onLine) : await runInLab({ args, env, onLine });
  if (code !== 0) throw new Error(`The benchmark ended with ${code}.`);
  if (names.includes(tarball)) measured.results[tarball] = pack();
  return measured;
}

function pathInLab(path) {
  return onWindows ? path : windowsPath(path);
}

async function peers() {
  return { WINSSPI_BENCH_PEERS: pathInLab(await installPeers()) };
}

async function runHere(args, env, onLine) {
  if (!existsSync('bench/raw/build/Release/winsspi_bench.node')) {
    runPackage('node-gyp/bin/node-gyp.js', ['rebuild', '--directory', 'bench/raw']);
  }
  const options = { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } };
  const child = spawn(process.execPath, args, options);
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, 'stdout'));
  const [code] = await once(child, 'close');
  return code;
}

function pack() {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent'];
  const [{ size, unpackedSize, entryCount }] = JSON.parse(run('npm', args, { shell: onWindows }));
  return { kind: 'tarball', size, unpacked: unpackedSize, files: entryCount };
}

function writeJson(path, measured) {
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  const { results } = measured;
  const whole = { ...measured, targets: reached(results), disturbed: disturbed(results) };
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
}

function update(measured) {
  const { of, busy } = disturbed(measured.results);
  if (busy > of / 10) throw new Error('Not written: other work disturbed the measurement.');
  writeFileSync('docs/throughput.svg', plot(measured));
  writeFileSync('docs/speed.md', document(measured));
  writeFileSync('README.md', withTable(readFileSync('README.md', 'utf8'), measured));
}
