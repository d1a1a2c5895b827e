// The sources without a piece of machinery.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** In every build: what the piece used may be unused without it. */
const relaxed = {
  file: 'tsconfig.json',
  from: '"noUnusedLocals": true',
  to: '"noUnusedLocals": false',
};

const project = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The texts of the files that a piece is taken out of, by their paths from the root of the project.
 * Throws where the sources no longer have what is to be replaced.
 * @param {import('./list.mjs').Piece} piece
 * @returns {Map<string, string>}
 */
export function textsWithout({ name, edits }) {
  const texts = new Map();
  for (const { file, from, to, every = false } of [relaxed, ...edits]) {
    const text =
      texts.get(file) ?? readFileSync(join(project, file), 'utf8').replaceAll('\r\n', '\n');
    const count = text.split(from).length - 1;
    if (count === 0 || (count > 1 && !every)) {
      throw new Error(`bench/pieces: "${name}" finds ${count} times in ${file}:\n${from}`);
    }
    texts.set(
      file,
      text.replaceAll(from, () => to),
    );
  }
  return texts;
}
