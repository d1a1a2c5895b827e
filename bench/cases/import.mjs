// The import of the package in a fresh process, against that of an empty module, and against that of the
// same files without code.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rawPath } from '../lab.mjs';
import { median } from '../measure.mjs';

const rounds = process.argv.includes('--quick') ? 7 : 41;
const root = fileURLToPath(new URL('../..', import.meta.url));
const loader = join(root, 'bench/import/load.mjs');

const addonName = { x64: 'node.napi.node', arm64: 'node.napi.armv8.node' }[process.arch];
const addon = `prebuilds/win32-${process.arch}/${addonName}`;
const modules = { import: 'dist/index.mjs', require: 'dist/index.js' };
const empty = { 'dist/index.mjs': 'export {};\n', 'dist/index.js': 'module.exports = {};\n' };
// What finds the next file, and nothing else.
const withoutCode = {
  'dist/index.mjs':
    "import { createRequire } from 'node:module';\ncreateRequire(import.meta.url)('./index.js');\n",
  'dist/index.js': `require('../${addon}');\n`,
};

const folder = mkdtempSync(join(root, 'node_modules/.winsspi-import-'));
try {
  const packages = {
    ours: layOut('ours', {}),
    empty: layOut('empty', empty),
    files: layOut('files', withoutCode),
  };
  console.log(JSON.stringify({ kind: 'import', ...measure(packages) }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The files that the import finds, in a folder of their own, some of them with another text. */
function layOut(name, texts) {
  const copy = join(folder, name);
  for (const file of ['package.json', ...Object.values(modules), addon]) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(copy, file), text);
  return copy;
}

function measure({ ours, empty, files }) {
  const report = {};
  for (const [kind, module] of Object.entries(modules)) {
    const times = {
      ours: () => load(kind, join(ours, module)),
      files: () => load(kind, join(files, module)),
      empty: () => load(kind, join(empty, module)),
      // An addon that does nothing yet, but needs secur32, which loads the security packages.
      platform: () => load('require', rawPath),
      addon: () => load('require', join(root, addon)),
    };
    report[kind] = inTurns(times);
  }
  return report;
}

/** The medians, and those of how much ours is above the others of its round. */
function inTurns(loads) {
  const times = Object.fromEntries(Object.keys(loads).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(loads)) times[name].push(run());
  }
  const above = (name) => median(times.ours.map((time, round) => time - times[name][round]));
  const medians = Object.entries(times).map(([name, list]) => [name, median(list)]);
  return { ...Object.fromEntries(medians), above: above('empty'), aboveFiles: above('files') };
}

/** Milliseconds. */
function load(kind, file) {
  const child = spawnSync(process.execPath, [loader, kind, file], { encoding: 'utf8' });
  const milliseconds = Number(child.stdout);
  if (milliseconds > 0) return milliseconds;
  throw child.error ?? new Error(`${file} ended with ${child.status}: ${child.stderr}`);
}
