import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface Piece {
  readonly name: string;
  readonly what: string;
  readonly edits: readonly Edit[];
}

const load = (name: string) =>
  import(new URL(`../../../bench/pieces/${name}`, import.meta.url).href);
const { pieces } = (await load('list.mjs')) as { pieces: readonly Piece[] };
const { textsWithout } = (await load('edits.mjs')) as {
  textsWithout(piece: Piece): Map<string, string>;
};

const source = (file: string) =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');

describe('what the benchmark builds without a piece of machinery', () => {
  test.each(pieces.map((piece) => [piece.what, piece] as const))(
    'differs from the sources in what %s needs',
    (_, piece) => {
      const texts = textsWithout(piece);
      const files = new Set(['tsconfig.json', ...piece.edits.map(({ file }) => file)]);
      expect(new Set(texts.keys())).toEqual(files);
      for (const [file, text] of texts) expect(text).not.toBe(source(file));
    },
  );

  test('is not built where the sources no longer have what is to be replaced', () => {
    const edits = [{ file: 'lib/index.ts', from: 'no such text', to: '' }];
    const piece = { name: 'lost', what: 'a lost piece', edits };
    expect(() => textsWithout(piece)).toThrow(/"lost" finds 0 times in lib\/index\.ts/);
  });
});
