// The import of the package in a fresh process, against that of an empty module.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rawPath } from '../lab.mjs';
import { median } from '../measure.mjs';

const rounds = process.argv.includes('--quick') ? 7 : 25;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const loader = path('../import/load.mjs');
const kinds = {
  import: [path('../../dist/index.mjs'), path('../import/empty.mjs')],
  require: [path('../../dist/index.js'), path('../import/empty.cjs')],
};

const name = { x64: 'node.napi.node', arm64: 'node.napi.armv8.node' }[process.arch];
const addon = path(`../../prebuilds/win32-${process.arch}/${name}`);

const report = { kind: 'import' };
for (const [kind, [our, none]] of Object.entries(kinds)) {
  // An addon that does nothing yet, but needs secur32, which loads the security packages; and our own.
  const files = [our, none, rawPath, addon];
  const times = files.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, file] of files.entries())
      times[index].push(load(file.endsWith('.node') ? 'require' : kind, file));
  }
  const [ours, empty, platform, addonAlone] = times.map(median);
  const above = median(times[0].map((time, round) => time - times[1][round]));
  report[kind] = { ours, empty, platform, addon: addonAlone, above };
}
console.log(JSON.stringify(report));

/** Milliseconds. */
function load(kind, file) {
  const { stdout, stderr } = spawnSync(process.execPath, [loader, kind, file], {
    encoding: 'utf8',
  });
  const milliseconds = Number(stdout);
  if (!(milliseconds > 0)) throw new Error(stderr);
  return milliseconds;
}
