// Builds a DLL for Windows that is also a Node addon, on Linux.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.mjs';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const headers = ['node-addon-api', 'node-api-headers/include'];

/** What every such DLL is built from beside its own sources: a path from the project's root. */
export const hostHook = 'native/win_delay_load_hook.cc';

const options = [
  ...['-shared', '-static', '-s', '-O2', '-std=c++20', '-pedantic'],
  ...['-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti'],
  ...['-DUNICODE', '-DNAPI_VERSION=9', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
  '-DNODE_ADDON_API_REQUIRE_BASIC_FINALIZERS',
  ...headers.flatMap((name) => ['-isystem', join(project, 'node_modules', name)]),
];

/**
 * @param {string} path of the DLL
 * @param {string[]} sources paths from the project's root
 * @param {string[]} libraries
 */
export async function buildAddonLibrary(path, sources, libraries) {
  const scratch = mkdtempSync(join(tmpdir(), 'winsspi-addon-'));
  try {
    const files = [...sources, hostHook].map((name) => join(project, name));
    const all = [await makeImportLibrary(scratch), '-ldelayimp', ...libraries];
    await run('x86_64-w64-mingw32-g++-posix', [...options, '-o', path, ...files, ...all]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// For the loading of node.exe when the first of its functions is called, and so never in a process
// that is not Node. cmake/delay_import.cmake makes the same for the addon.
async function makeImportLibrary(scratch) {
  const file = join(scratch, 'node.def');
  writeFileSync(file, ['NAME node.exe', 'EXPORTS', ...nodeApiNames(), ''].join('\n'));
  const library = join(scratch, 'libnode.a');
  await run('x86_64-w64-mingw32-dlltool', ['-d', file, '-D', 'node.exe', '-y', library]);
  return library;
}

/** The functions of Node-API. */
export function nodeApiNames() {
  const names = ['js_native_api.def', 'node_api.def']
    .map((name) => join(project, 'node_modules/node-api-headers/def', name))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .map((line) => line.trim())
    .filter((line) => /^(napi|node_api)_/.test(line));
  return new Set(names);
}
