// What MSVC refuses and g++ takes, found without MSVC: clang reads native/ against the headers of
// mingw-w64, with the warnings that come nearest to those of MSVC's /W4.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt, run } from '../lab/command.mjs';
import { compiler } from '../winpr/build.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow-all', '-Wextra-semi', '-Werror'];

/** What most of the sources include: clang reads it once. */
const common = `
#include <napi.h>
#include "win32.h"
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>
`;

/** Each must be refused: otherwise this check finds nothing. */
const mistakes = {
  'a lambda whose parameter hides a local': `
    int f() { const int env = 1; return [](int env) { return env; }(2) + env; }`,
  'a capture that hides a local': `
    int f() { const int context = 1; return [context = context + 1] { return context; }(); }`,
  'a local that hides a parameter': `
    int f(int size) { if (size > 0) { int size = 2; return size; } return size; }`,
  'a member that a parameter hides': `
    struct S { int size; int f(int size) { return size; } };`,
  'a semicolon too many': 'struct S { void f() {}; };',
  'an extension of GNU': 'int f(int size) { int values[size]; return sizeof values; }',
};

/**
 * @param {(line: string) => void} onLine gets what is wrong
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function checkWarnings(onLine) {
  const scratch = mkdtempSync(join(tmpdir(), 'winsspi-warnings-'));
  try {
    const options = await compilerOptions();
    const header = join(scratch, 'common.h');
    const precompiled = join(scratch, 'common.pch');
    writeFileSync(header, common);
    await run(compiler, [...options, '-x', 'c++-header', header, '-o', precompiled], { cwd: root });
    const read = (args, input) =>
      attempt(compiler, [...options, '-fsyntax-only', '-include-pch', precompiled, ...args], {
        cwd: root,
        input,
      });
    const checks = [
      ...sources(/\.cc$/).map((path) => async () => {
        const { code, output } = await read([path]);
        return code === 0 ? '' : output;
      }),
      ...Object.entries(mistakes).map(([name, text]) => async () => {
        const { code } = await read(['-x', 'c++', '-'], text);
        return code === 0 ? `This check does not see ${name}.` : '';
      }),
      async () => sources(/./).filter(isNotAscii).map(notAscii).join('\n'),
    ];
    const failures = (await inTurn(checks)).filter((failure) => failure !== '');
    failures.forEach(onLine);
    return { passed: checks.length - failures.length, failed: failures.length, skipped: 0 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Paths of files of native/, from the project's root. */
function sources(pattern) {
  return readdirSync(join(root, 'native'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .sort();
}

// MSVC reads other characters by the code page of the machine, unless a build says /utf-8.
function isNotAscii(path) {
  return readFileSync(join(root, path)).some((byte) => byte > 0x7e);
}

const notAscii = (path) => `${path} has a character that is not ASCII.`;

async function compilerOptions() {
  const cmake = readFileSync(join(root, 'CMakeLists.txt'), 'utf8');
  const [, macros] = /target_compile_definitions\(winsspi PRIVATE([^)]*)\)/.exec(cmake);
  const folders = [
    ...(await systemFolders()),
    ...['node-addon-api', 'node-api-headers/include'].map((name) => `node_modules/${name}`),
  ];
  return [
    ...['--target=x86_64-w64-mingw32', '-std=c++20', '-fno-exceptions', '-fno-rtti'],
    ...warnings,
    ...macros.match(/\S+/g).map((macro) => `-D${macro}`),
    ...['-Inative', '-nostdinc++', ...folders.flatMap((folder) => ['-isystem', folder])],
  ];
}

// Those of g++, without the ones that clang has itself.
async function systemFolders() {
  const output = await run('x86_64-w64-mingw32-g++-posix', ['-E', '-v', '-x', 'c++', '/dev/null']);
  const [, list] = /#include <\.\.\.> search starts here:\n([\s\S]*)End of search list/.exec(
    output,
  );
  return list
    .split('\n')
    .map((line) => normalize(line.trim()))
    .filter((folder) => folder !== '.' && !/^\/usr\/lib\/gcc\/.*\/include(-fixed)?$/.test(folder));
}

/** Runs as many at a time as there are processors; gives their results in order. */
async function inTurn(checks) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < checks.length) {
      const index = next;
      next += 1;
      results[index] = await checks[index]();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
