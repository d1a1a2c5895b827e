// The addon in prebuilds/win32-x64, and the record beside it of what it was built from.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages, toolchainPackages } from '../test/harness/lab/packages.mjs';
import { run, runPackage } from './dependencies.mjs';

const folder = 'prebuilds/win32-x64';
const addon = `${folder}/node.napi.node`;
const record = `${folder}/node.napi.json`;

/** The oldest Node that the package supports, as in package.json. */
const target = '22.12.0';

/** What the addon was built from and with, and what came out. */
export function readRecord() {
  return existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
}

/** Whether the addon is there, whole, and built from these sources. */
export function isCurrent() {
  const recorded = readRecord();
  return (
    recorded !== undefined &&
    existsSync(addon) &&
    recorded.sources === sourcesHash() &&
    recorded.sha256 === hash(readFileSync(addon))
  );
}

/** Builds the addon and its record. */
export function buildAddon() {
  console.error(`Building ${addon} (about 20 seconds) …`);
  const options = ['--napi', '--name', 'node.napi', '-t', target, '--arch', 'x64'];
  if (process.platform === 'win32') {
    runPackage('prebuildify/bin.js', options);
  } else {
    ensurePackages(toolchainPackages);
    const cross = ['--platform', 'win32', '--node-gyp', 'scripts/cross-node-gyp.mjs'];
    runPackage('prebuildify/bin.js', [...options, ...cross]);
  }
  const made = {
    sha256: hash(readFileSync(addon)),
    sources: sourcesHash(),
    toolchain: toolchain(),
  };
  writeFileSync(record, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

// Everything that the addon is compiled from. Line ends do not count: git may change them.
function sourcesHash() {
  const files = ['CMakeLists.txt', 'binding.gyp', ...filesBelow('cmake'), ...filesBelow('native')];
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const headers = ['node-addon-api', 'node-api-headers'].map((name) => devDependencies[name]);
  const texts = files.sort().map((file) => `${file}\n${readText(file)}`);
  return hash([...texts, ...headers].join('\n'));
}

function filesBelow(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).replaceAll('\\', '/'));
}

const readText = (file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n');

const hash = (content) => createHash('sha256').update(content).digest('hex');

function toolchain() {
  if (process.platform === 'win32') return 'MSVC';
  const firstLine = (program) => run(program, ['--version']).split('\n')[0];
  return `${firstLine('x86_64-w64-mingw32-g++-posix')}; ${firstLine('x86_64-w64-mingw32-ld')}`;
}
