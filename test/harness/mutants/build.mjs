// Builds what each mistake makes of the package: a dist or an addon beside the good one.
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutate } from './mutate.mjs';

const addon = 'prebuilds/win32-x64/node.napi.node';

/**
 * @param {string} root of a copy of the project, in which the mistakes are made
 * @param {import('./list.mjs').Mutant[]} mutants
 * @returns {Promise<object[]>} the mutants, each with `builds`: its folder, which holds what replaces the good files
 */
export async function buildMutants(root, mutants) {
  const ofAddon = mutants.some(({ file }) => file.startsWith('native/'));
  if (ofAddon) configureAddon(root);
  const built = [];
  for (const [index, mutant] of mutants.entries()) {
    const folder = `mutants/${index}`;
    const path = join(root, mutant.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(source, mutant));
    process.stderr.write(`\rBuilding ${index + 1} of ${mutants.length} mistakes …`);
    const error = mutant.file.startsWith('native/')
      ? compileAddon(root, join(root, folder, addon))
      : compileLibrary(root, join(root, folder, 'dist'));
    // For the tests that import the sources themselves.
    if (mutant.file.startsWith('lib/')) cpSync(path, join(root, folder, mutant.file));
    writeFileSync(path, source);
    if (error) throw new Error(`${mutant.file}: "${mutant.why}" does not compile:\n${error}`);
    built.push({ ...mutant, folder });
  }
  process.stderr.write('\n');
  return built;
}

function configureAddon(root) {
  process.stderr.write('Building the addon …\n');
  const failure = runIn(root, process.execPath, ['scripts/cross-node-gyp.mjs']);
  if (failure) throw new Error(failure);
}

function compileAddon(root, target) {
  const failure = runIn(root, 'cmake', ['--build', 'build', '--config', 'Release']);
  if (!failure) cpSync(join(root, 'build/Release/winsspi.node'), target);
  return failure;
}

function compileLibrary(root, target) {
  const script = "import('./scripts/library.mjs').then(({ buildLibrary }) => buildLibrary())";
  const failure = runIn(root, process.execPath, ['--input-type=module', '-e', script]);
  if (!failure) cpSync(join(root, 'dist'), target, { recursive: true });
  return failure;
}

/** What a failed program printed; undefined where it succeeded. */
function runIn(cwd, program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : `${stdout}${stderr}`.slice(-4000);
}
