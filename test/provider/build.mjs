// Builds the tests' own security provider for Windows, on Linux.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/command.mjs';

export const providerLibrary = 'winsspi_provider.dll';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));
const headers = ['node-addon-api', 'node-api-headers/include'];

const options = [
  ...['-shared', '-static', '-s', '-O2', '-std=c++20', '-pedantic'],
  ...['-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti'],
  ...['-DUNICODE', '-DNAPI_VERSION=9', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
  '-DNODE_ADDON_API_REQUIRE_BASIC_FINALIZERS',
  ...headers.flatMap((name) => ['-isystem', join(project, 'node_modules', name)]),
];

/** What decides how the provider comes out: paths from the root of the project. */
export function providerSources() {
  const own = readdirSync(folder).filter((name) => /\.(cc|h|def|mjs)$/.test(name));
  return [...own.sort().map((name) => `test/provider/${name}`), 'native/win_delay_load_hook.cc'];
}

/** @param {string} path of the DLL */
export async function buildProvider(path) {
  const scratch = mkdtempSync(join(tmpdir(), 'winsspi-provider-'));
  try {
    const sources = providerSources()
      .filter((name) => /\.(cc|def)$/.test(name))
      .map((name) => join(project, name));
    const libraries = [await makeImportLibrary(scratch), '-ldelayimp', '-lcrypt32'];
    const args = [...options, '-o', path, ...sources, ...libraries];
    await run('x86_64-w64-mingw32-g++-posix', args);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// For the loading of node.exe when the first of its functions is called, and so never in a process
// that is not Node. cmake/node_api_delay_import.cmake makes the same for the addon.
async function makeImportLibrary(scratch) {
  const definitions = ['js_native_api.def', 'node_api.def']
    .map((name) => join(project, 'node_modules/node-api-headers/def', name))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((line) => /^ *(napi|node_api)_/.test(line));
  const file = join(scratch, 'node.def');
  writeFileSync(file, ['NAME node.exe', 'EXPORTS', ...new Set(definitions), ''].join('\n'));
  const library = join(scratch, 'libnode.a');
  await run('x86_64-w64-mingw32-dlltool', ['-d', file, '-D', 'node.exe', '-y', library]);
  return library;
}
