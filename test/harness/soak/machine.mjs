// What counts for the stages. Nothing of winsspi is loaded here: a process whose workers have it can
// be without it itself.
import { readFileSync } from 'node:fs';

const { raw: rawPath } = JSON.parse(readFileSync(process.env.WINSSPI_LAB, 'utf8'));

/** The bytes of the Windows heaps: bench/raw. */
export const raw = load(rawPath);

/** The tests' own security provider, which counts what is alive: test/harness/provider. */
export const provider = load('C:\\windows\\system32\\winsspi_provider.dll');

function load(path) {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}
