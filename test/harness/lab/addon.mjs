// Builds a DLL for Windows that is also a Node addon, on Linux.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.mjs';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const nodeHeaders = ['node-addon-api', 'node-api-headers/include'];

/** What every such DLL is built from beside its own sources: a path from the project's root. */
export const hostHook = 'native/win_delay_load_hook.cc';

const compiler = 'x86_64-w64-mingw32-g++-posix';
const options = [
  ...['-O2', '-std=c++20', '-pedantic'],
  ...['-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti'],
  ...['-DUNICODE', '-DNAPI_VERSION=9', '-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
  '-DNODE_ADDON_API_REQUIRE_BASIC_FINALIZERS',
  ...nodeHeaders.flatMap((name) => ['-isystem', join(project, 'node_modules', name)]),
];

/**
 * @param {string} path of the DLL
 * @param {string[]} sources paths from the project's root
 * @param {{ linked: string[], headers?: string[] }} options `linked`: libraries, and a list of exports.
 *   `headers`: what most sources include, in the form `<name>` or `"path from the project's root"`. Reading
 *   them takes most of the compiler's time, so that they are compiled once, before the sources
 */
export async function buildAddonLibrary(path, sources, { linked, headers = [] }) {
  const scratch = mkdtempSync(join(tmpdir(), 'winsspi-addon-'));
  try {
    const included = headers.length > 0 ? await compileHeaders(scratch, headers) : [];
    const objects = await compileSources(scratch, [...sources, hostHook], included);
    const rest = [await makeImportLibrary(scratch), '-ldelayimp', ...linked];
    await run(compiler, ['-shared', '-static', '-s', '-o', path, ...objects, ...rest]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function compileHeaders(scratch, names) {
  const header = join(scratch, 'shared.h');
  writeFileSync(header, names.map((name) => `#include ${name}\n`).join(''));
  const search = ['-I', project];
  await run(compiler, [...options, ...search, '-x', 'c++-header', header, '-o', `${header}.gch`]);
  return [...search, '-Winvalid-pch', '-include', header];
}

/** Compiles as many at a time as there are processors. */
async function compileSources(scratch, sources, included) {
  const jobs = sources.map((name, index) => [join(project, name), join(scratch, `${index}.o`)]);
  const waiting = jobs.values();
  const compileRest = async () => {
    for (const [source, object] of waiting) {
      await run(compiler, [...options, ...included, '-c', source, '-o', object]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileRest));
  return jobs.map(([, object]) => object);
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
