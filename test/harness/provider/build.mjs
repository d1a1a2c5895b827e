// Builds the tests' own security provider for Windows, on Linux.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAddonLibrary, hostHook } from '../lab/addon.mjs';

export const providerLibrary = 'winsspi_provider.dll';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What decides how the provider comes out: paths from the root of the project. */
export function providerSources() {
  const own = readdirSync(folder).filter((name) => /\.(cc|h|def|mjs)$/.test(name));
  return [
    ...own.sort().map((name) => `test/harness/provider/${name}`),
    hostHook,
    'test/harness/lab/addon.mjs',
  ];
}

/** @param {string} path of the DLL */
export async function buildProvider(path) {
  const sources = providerSources().filter((name) => /\.(cc|def)$/.test(name) && name !== hostHook);
  await buildAddonLibrary(path, sources, ['-lcrypt32']);
}
