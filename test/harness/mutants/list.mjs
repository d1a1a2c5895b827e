// Mistakes that would hurt, each in one place of the sources. The tests have to notice them.
import { readdirSync } from 'node:fs';

/**
 * @typedef {object} Mutant
 * @property {string} file from the project's root
 * @property {string} find the text that the mistake replaces, which the file has once
 * @property {string} replace
 * @property {string} why what the mistake would do
 * @property {string[]} tests the test files or folders that have to notice it
 */

/** @type {Mutant[]} */
export const mutants = [];

for (const name of readdirSync(new URL('list/', import.meta.url)).sort()) {
  const { default: groups } = await import(`./list/${name}`);
  for (const { file, tests, mistakes } of groups) {
    for (const [why, find, replace] of mistakes) mutants.push({ file, find, replace, why, tests });
  }
}
