import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runModule } from '../harness/support/child.js';
import { lab } from '../harness/support/lab.js';
import { addonPath } from '../harness/support/provider-child.js';

/** Built in the lab: test/harness/lab/windows/node_library.c. */
const nodeLibrary = 'C:\\windows\\system32\\node_library.dll';

const IMAGE_SCN_MEM_WRITE = 0x80000000;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winsspi-'));
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

/** Calls Node-API and secur32: the libraries that are loaded when the first function is called. */
const use = `
  import { enumerateSecurityPackages } from 'winsspi';
  console.log(enumerateSecurityPackages().some(({ name }) => name === 'NTLM'));
`;
const works = { code: 0, stdout: 'true\n', stderr: '' };

/** A Node whose functions of Node-API have other names, so that the addon does not find them there. */
function writeHost(path: string): void {
  const program = readFileSync(process.execPath);
  for (const [name, other] of [
    ['napi', 'napj'],
    ['node_api', 'node_apj'],
  ] as const) {
    const start = Buffer.from(`\0${name}_`);
    for (let at = program.indexOf(start); at >= 0; at = program.indexOf(start, at + 1)) {
      // What Node looks for in an addon keeps its name.
      const found = program.toString('latin1', at + 1, program.indexOf(0, at + 1));
      if (!/^napi_register_module|^node_api_module_get/.test(found)) program.write(other, at + 1);
    }
  }
  expect(program.includes('\0napi_create_function\0')).toBe(false);
  writeFileSync(path, program);
}

/** The addon of mingw-w64 as binutils 2.44 links it: with the table of addresses in read-only memory. */
function writeReadOnlyAddon(path: string): void {
  const addon = readFileSync(addonPath);
  const header = addon.readUInt32LE(0x3c);
  const sections = header + 24 + addon.readUInt16LE(header + 20);
  const section = addon.indexOf('.idata\0\0', sections);
  expect(section).toBeGreaterThan(0);
  const characteristics = addon.readUInt32LE(section + 36);
  addon.writeUInt32LE((characteristics & ~IMAGE_SCN_MEM_WRITE) >>> 0, section + 36);
  writeFileSync(path, addon);
}

describe('the addon loads in a process', () => {
  test('whose node.exe has another name, as in Electron', async () => {
    const program = join(folder, 'electron.exe');
    copyFileSync(process.execPath, program);
    expect(await runModule(use, { program })).toEqual(works);
  });

  describe.skipIf(!lab)('whose Node-API is a library', () => {
    const program = () => join(folder, 'host.exe');
    beforeAll(() => writeHost(program()));

    test.each(['nw.dll', 'node.dll', 'libnode.dll'])('named %s', async (name) => {
      const library = join(folder, name);
      copyFileSync(nodeLibrary, library);
      const load = `
        import { dlopen } from 'node:process';
        // It is no addon, but stays in the process.
        try { dlopen({ exports: {} }, ${JSON.stringify(library)}); } catch {}
        const { enumerateSecurityPackages } = await import('winsspi');
        console.log(enumerateSecurityPackages().some(({ name }) => name === 'NTLM'));
      `;
      expect(await runModule(load, { program: program() })).toEqual(works);
      rmSync(library);
    });
  });

  test.skipIf(!lab)('that maps its table of addresses read-only', async () => {
    const path = join(folder, 'read-only.node');
    writeReadOnlyAddon(path);
    const load = `
      const addon = { exports: {} };
      process.dlopen(addon, ${JSON.stringify(path)});
      console.log(addon.exports.enumerateSecurityPackages().some(({ name }) => name === 'NTLM'));
    `;
    expect(await runModule(load)).toEqual(works);
  });
});
