// Builds the library and the addon without each piece of machinery, in copies of the sources.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/harness/lab/command.mjs';
import { textsWithout } from './edits.mjs';
import { pieces } from './list.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('build', import.meta.url));

/** What a build is made from; the addon of the project is there too, and stays where it fits. */
const copied = [
  ...['lib', 'native', 'cmake', 'scripts', 'test/harness/lab', 'prebuilds'],
  ...['CMakeLists.txt', 'binding.gyp', 'package.json', 'package-lock.json', 'tsconfig.json'],
];
const prepare = "import('./scripts/prepare.mjs').then(({ prepare }) => prepare())";

/**
 * Makes what is missing.
 * @returns {Promise<string>} the folder that has a build for each piece, by its name
 */
export async function buildPieces() {
  const sources = hashOfSources();
  for (const piece of pieces) await build(piece, sources);
  return folder;
}

async function build(piece, sources) {
  const place = join(folder, piece.name);
  const texts = textsWithout(piece);
  const recipe = createHash('sha256')
    .update(sources)
    .update(JSON.stringify([...texts]));
  const hash = recipe.digest('hex');
  const stamp = join(place, 'hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.error(`Building winsspi without a piece (${piece.what}) …`);
  const partial = `${place}.partial`;
  for (const old of [place, partial]) rmSync(old, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const path of copied) cpSync(join(project, path), join(partial, path), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(partial, 'node_modules'), 'junction');
  for (const [file, text] of texts) writeFileSync(join(partial, file), text);
  await run(process.execPath, ['-e', prepare], { cwd: partial });
  writeFileSync(join(partial, 'hash'), hash);
  renameSync(partial, place);
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of copied) {
    for (const file of filesOf(path)) hash.update(file).update(readFileSync(join(project, file)));
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (statSync(join(project, path)).isFile()) return [path];
  return readdirSync(join(project, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(project.length))
    .sort();
}
