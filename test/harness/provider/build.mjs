// Builds the tests' own security provider for Windows, on Linux.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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

const headers = [
  ...['"test/harness/provider/sspi.h"', '<algorithm>', '<condition_variable>', '<deque>', '<map>'],
  ...['<memory>', '<mutex>', '<optional>', '<set>', '<span>', '<string>', '<variant>', '<vector>'],
];

/** @param {string} path of the DLL */
export async function buildProvider(path) {
  const sources = providerSources().filter((name) => name.endsWith('.cc') && name !== hostHook);
  await buildAddonLibrary(path, sources, {
    linked: [join(folder, 'provider.def'), '-lcrypt32'],
    headers,
  });
}
