// Builds the bridge: a security provider for Windows programs that calls Linux's GSS-API in
// process. It is two files: the code, which Wine looks for in WINEDLLPATH, and a stand-in among
// the Windows libraries, which tells Wine to.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lab/command.mjs';

const source = fileURLToPath(new URL('.', import.meta.url));
const specification = join(source, 'winsspi_bridge.spec');

/** The name of the library, for the list of security providers. */
export const bridgeLibrary = 'winsspi_bridge.dll';

/** Where the code is, in a prefix. */
export const bridgeFolder = (prefix) => join(prefix, 'bridge');

const compilers = {
  gss: ['gcc'],
  // Windows's wide characters have 16 bits.
  windows: ['winegcc', '-m64', '-fshort-wchar'],
};
const options = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-fPIC', '-Wall', '-Wextra', '-Werror'];

/** @param {string} prefix Wine's */
export async function buildBridge(prefix) {
  const folder = bridgeFolder(prefix);
  mkdirSync(folder, { recursive: true });
  const objects = await Promise.all(Object.keys(compilers).map((half) => compile(half, folder)));
  await run('winegcc', [
    ...['-m64', '-shared', '-s', '-o', join(folder, bridgeLibrary), specification],
    ...[...objects.flat(), '-ladvapi32', '-lgssapi_krb5', '-lkrb5'],
  ]);
  for (const object of objects.flat()) rmSync(object);
  const system = join(prefix, 'drive_c/windows/system32');
  const standIn = join(system, bridgeLibrary);
  await run('winebuild', ['-m64', '--fake-module', '--dll', '-E', specification, '-o', standIn]);
  // For the tests of what winsspi does not call.
  for (const name of ['raw_contexts', 'raw_delegation']) {
    const program = ['-o', join(system, `${name}.exe`), join(source, `programs/${name}.c`)];
    await run('x86_64-w64-mingw32-gcc', ['-O2', '-s', '-municode', ...program, '-lsecur32']);
  }
}

async function compile(half, folder) {
  const [compiler, ...flags] = compilers[half];
  const names = readdirSync(join(source, half)).filter((name) => name.endsWith('.c'));
  return await Promise.all(
    names.map(async (name) => {
      const object = join(folder, `${half}-${basename(name, '.c')}.o`);
      await run(compiler, [...flags, ...options, '-c', join(source, half, name), '-o', object]);
      return object;
    }),
  );
}
