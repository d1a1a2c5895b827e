import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error: it has no declarations
import { mutants as listed } from './list.mjs';
// @ts-expect-error: it has no declarations
import { mutate } from './mutate.mjs';

interface Mutant {
  file: string;
  find: string;
  replace: string;
  tests: string[];
}

const mutants: Mutant[] = listed;

test('each listed mistake names one place of its file, and tests that are there', () => {
  const faults = mutants.flatMap((mutant) => {
    const { file, tests } = mutant;
    try {
      mutate(readFileSync(file, 'utf8'), mutant);
    } catch (error) {
      return [(error as Error).message];
    }
    return tests.filter((path) => !existsSync(path)).map((path) => `${file}: no ${path}`);
  });
  expect(faults).toEqual([]);
});

test('no mistake is listed twice', () => {
  const places = mutants.map(({ file, find, replace }) => `${file}: ${find} -> ${replace}`);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});
