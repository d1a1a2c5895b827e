// Builds the benchmark's addon for Windows, on Linux.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAddonLibrary, hostHook } from '../../test/harness/lab/addon.mjs';

export const rawAddon = 'winsspi_bench.node';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What decides how the addon comes out: paths from the root of the project. */
export function rawSources() {
  const own = readdirSync(folder).filter((name) => /\.(cc|h|mjs)$/.test(name));
  return [...own.sort().map((name) => `bench/raw/${name}`), hostHook, 'test/harness/lab/addon.mjs'];
}

/** @param {string} path of the addon */
export async function buildRaw(path) {
  const sources = rawSources().filter((name) => name.endsWith('.cc') && name !== hostHook);
  await buildAddonLibrary(path, sources, { linked: ['-lsecur32'] });
}
