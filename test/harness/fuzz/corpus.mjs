// The inputs that reach everything that was ever reached, and in found/ those that found a defect: a
// file for each target, an input in base64 on each line.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (target) => fileURLToPath(new URL(`corpus/${target}.txt`, import.meta.url));

/** @returns {Buffer[]} */
export function readCorpus(target) {
  const paths = [pathOf(target), pathOf(`found/${target}`)].filter((path) => existsSync(path));
  const lines = paths.flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1));
  return lines.map((line) => Buffer.from(line, 'base64'));
}

/** @param {Buffer[]} inputs */
export function writeCorpus(target, inputs) {
  const sorted = inputs.toSorted((a, b) => a.length - b.length || a.compare(b));
  writeFileSync(pathOf(target), sorted.map((input) => `${input.toString('base64')}\n`).join(''));
}

/** Into a folder of files, as libFuzzer has it. */
export function unpackCorpus(target, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [index, input] of readCorpus(target).entries()) {
    writeFileSync(`${folder}/${index}`, input);
  }
}

export function packCorpus(target, folder) {
  writeCorpus(
    target,
    readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`)),
  );
}
