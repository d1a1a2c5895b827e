// Builds a library for Windows that has the functions of Node-API in place of the program, on Linux.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeApiNames } from './addon.mjs';
import { run } from './command.mjs';

const source = fileURLToPath(new URL('windows/node_library.c', import.meta.url));

/** @param {string} path of the DLL */
export async function buildNodeLibrary(path) {
  const scratch = mkdtempSync(join(tmpdir(), 'winsspi-node-'));
  try {
    const file = join(scratch, 'node.def');
    const exported = [...nodeApiNames()].map((name) => `${name} = host.exe.${otherName(name)}`);
    writeFileSync(file, ['LIBRARY node.dll', 'EXPORTS', ...exported, ''].join('\n'));
    await run('x86_64-w64-mingw32-gcc-posix', ['-shared', '-s', '-o', path, source, file]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// What host.exe has for the name of a function: as long, and at the same place in the alphabet. The
// tests make it (test/harness/support/node-host.ts).
const otherName = (name) => name.replace(/^napi/, 'napj').replace(/^node_api/, 'node_apj');
