// Compiles native/ for Linux over WinPR, with what the sanitizers and the fuzzer need.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/command.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const compiler = 'clang++-19';

/**
 * Builds targets of CMakeLists.txt here, or of a folder whose CMakeLists.txt adds this one. What has
 * not changed is not compiled again.
 * @param {string} name the build's folder in test/harness/winpr/build
 * @param {{ options: string[], targets: string[], source?: string }} what the options that choose the
 *   sanitizers, the targets, and the folder of the CMakeLists.txt from the project's root
 * @returns {Promise<string>} the folder of what was built
 */
export async function buildOnWinpr(name, { options, targets, source = 'test/harness/winpr' }) {
  const folder = `${root}test/harness/winpr/build/${name}`;
  const settings = [`CMAKE_CXX_COMPILER=${compiler}`, `WINSSPI_SANITIZERS=${options.join(' ')}`];
  const definitions = settings.map((setting) => `-D${setting}`);
  await run('cmake', ['-S', root + source, '-B', folder, ...definitions]);
  const jobs = String(availableParallelism());
  await run('cmake', ['--build', folder, '--target', ...targets, '--parallel', jobs]);
  return folder;
}
