// What is made once and used by every run: node.exe with its packages, Wine's prefix, the
// tests' security provider, the benchmark's addon, the domain.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { rawSources } from '../../../bench/raw/build.mjs';
import { providerSources } from '../provider/build.mjs';

export const cacheFolder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'winsspi-lab',
);

/** The files of a folder beside this one, and of those in it. */
function filesIn(folder) {
  const entries = readdirSync(new URL(`${folder}/`, import.meta.url), { withFileTypes: true });
  const files = (entry) =>
    entry.isDirectory() ? filesIn(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`];
  return entries.flatMap(files).sort();
}

// The files that decide what each template becomes.
const recipes = {
  node: ['windows/package-lock.json'],
  prefix: [
    ...['wine.mjs', 'machine.mjs', 'node-library.mjs', 'windows/bcryptprimitives.c'],
    ...['windows/handle_count.c', 'windows/node_library.c'],
    ...filesIn('../bridge').filter((path) => !path.endsWith('.test.ts')),
  ],
  provider: providerSources().map((path) => `../../../${path}`),
  raw: rawSources().map((path) => `../../../${path}`),
  domain: ['domain.mjs', 'accounts.mjs', 'logon.c', 'machine.mjs'],
};

/**
 * Where the templates are. A new recipe, or another version of what it runs, is a new place.
 * @param {Map<string, string>} versions of the Debian packages
 */
export function templateFolders(versions) {
  const made = { prefix: versions.get('wine64'), domain: versions.get('samba') };
  const place = ([kind, files]) => [
    kind,
    join(cacheFolder, `${kind}-${digest(files, made[kind] ?? '')}`),
  ];
  return Object.fromEntries(Object.entries(recipes).map(place));
}

/** @param {Record<string, string>} folders */
export function missingTemplates(folders) {
  return Object.keys(folders).filter((kind) => !existsSync(folders[kind]));
}

const day = 24 * 60 * 60 * 1000;

/** Marks a template as used today. */
export function touch(folder) {
  utimesSync(folder, new Date(), new Date());
}

/** Removes a template's predecessors that no run has used for a day. */
export function removeOlder(folder) {
  const [kind] = basename(folder).split('-');
  const others = readdirSync(dirname(folder)).filter(
    (name) => name.startsWith(`${kind}-`) && name !== basename(folder),
  );
  for (const name of others) {
    const other = join(dirname(folder), name);
    if (Date.now() - statSync(other).mtimeMs > day) rmSync(other, { recursive: true });
  }
}

function digest(files, version) {
  const hash = createHash('sha256').update(version);
  for (const file of files) hash.update(readFileSync(new URL(file, import.meta.url)));
  return hash.digest('hex').slice(0, 12);
}
