// Builds what each mistake makes of the package: a dist or an addon, to put in place of the good one.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleLibrary } from '../../../scripts/library.mjs';
import { mutate } from './mutate.mjs';

const addon = 'prebuilds/win32-x64/node.napi.node';

/**
 * @param {string} root of a copy of the project, in which the mistakes are made
 * @param {import('./list.mjs').Mutant[]} mutants
 * @returns {Promise<object[]>} the mutants, each with `folder`, which holds what replaces the good files
 */
export async function buildMutants(root, mutants) {
  const built = mutants.map((mutant, index) => ({ ...mutant, folder: `mutants/${index}` }));
  const ofLibrary = built.filter(({ file }) => file.startsWith('lib/'));
  const ofAddon = built.filter(({ file }) => file.startsWith('native/'));
  const before = process.cwd();
  process.chdir(root);
  try {
    report(checkTypes(ofLibrary));
    for (const mutant of ofLibrary) await withMistakes([mutant], () => buildLibrary(mutant));
    if (ofAddon.length > 0) report(buildAddons(ofAddon));
  } finally {
    process.chdir(before);
  }
  return built;
}

function report(failures) {
  process.stderr.write('\n');
  if (failures.length > 0) throw new Error(`Does not compile:\n${failures.join('\n')}`);
}

// A name that a mistake leaves unused does not keep it from being made.
const typeChecks = '--noEmit --noUnusedLocals false --noUnusedParameters false -p .'.split(' ');

/** Compiles with one mistake in each file at a time: what does not compile is in the file that is named. */
function checkTypes(mutants) {
  const failures = [];
  for (let rest = mutants; rest.length > 0; ) {
    const round = rest.filter((mutant, at) => rest.findIndex(isOf(mutant.file)) === at);
    rest = rest.filter((mutant) => !round.includes(mutant));
    process.stderr.write(`\rChecking the types of mistakes, ${rest.length} to go …   `);
    const output = withMistakes(round, () =>
      runProgram(process.execPath, ['node_modules/typescript/bin/tsc', ...typeChecks]),
    );
    if (!output) continue;
    const files = round.map(({ file, why }) => `  ${file}: "${why}"`).join('\n');
    failures.push(`${output}with these mistakes:\n${files}`);
  }
  return failures;
}

const isOf =
  (wanted) =>
  ({ file }) =>
    file === wanted;

/** Runs a function while the sources have mistakes in them. */
function withMistakes(mutants, run) {
  const sources = mutants.map(({ file }) => readFileSync(file, 'utf8'));
  const restore = () => {
    for (const [index, { file }] of mutants.entries()) writeFileSync(file, sources[index]);
  };
  for (const [index, mutant] of mutants.entries()) {
    writeFileSync(mutant.file, mutate(sources[index], mutant));
  }
  const result = run();
  if (!(result instanceof Promise)) {
    restore();
    return result;
  }
  return result.finally(restore);
}

async function buildLibrary({ folder, file }) {
  await bundleLibrary(`${folder}/dist`);
  // For the tests that import the sources themselves.
  cpSync(file, join(folder, file));
}

function buildAddons(mutants) {
  // A mistake may leave a function unused, or be one that the compiler sees: tests are to notice it.
  const description = readFileSync('CMakeLists.txt', 'utf8');
  writeFileSync('CMakeLists.txt', description.replace(' -Werror', ''));
  process.stderr.write('Building the addon …\n');
  const failure = runProgram(process.execPath, ['scripts/cross-node-gyp.mjs']);
  if (failure) return [failure];
  const failures = [];
  for (const [index, mutant] of mutants.entries()) {
    process.stderr.write(`\rBuilding ${index + 1} of ${mutants.length} addons …`);
    const failed = withMistakes([mutant], () => buildAddon(mutant));
    if (failed) failures.push(`${mutant.file}: "${mutant.why}":\n${failed}`);
  }
  return failures;
}

function buildAddon({ folder }) {
  const failure = runProgram('cmake', ['--build', 'build', '--config', 'Release']);
  if (failure) return failure;
  mkdirSync(dirname(join(folder, addon)), { recursive: true });
  cpSync('build/Release/winsspi.node', join(folder, addon));
  return undefined;
}

/** What a failed program printed; undefined where it succeeded. */
function runProgram(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : `${stdout}${stderr}`.slice(-4000);
}
