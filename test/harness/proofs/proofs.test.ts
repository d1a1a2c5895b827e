import { describe, expect, test } from 'vitest';
import * as winsspi from 'winsspi';
import { buffers, functions, groups, type Subject } from './subjects.js';
import { type Proof, tableOf, unproved } from './table.js';

const proof = (line: number, name = `test ${line}`, file = 'test/unit/a.test.ts'): Proof => ({
  ...{ file, line, name },
});

/** The row of a subject, of these tests. */
function row(subject: Subject, ...proofs: Proof[]): string {
  const lines = tableOf(new Map([[subject, proofs]])).split('\n');
  return lines.find((line) => line.startsWith(`| ${subject}`)) ?? '';
}

describe('the subjects', () => {
  test('are every function of the table, and every type of buffer that the package exports', () => {
    expect(Object.keys(functions)).toHaveLength(27);
    const flags = /^SECBUFFER_(ATTRMASK|READONLY)/;
    const types = Object.entries(winsspi).filter(
      ([name]) => name.startsWith('SECBUFFER_') && !flags.test(name),
    );
    const numbers = Object.entries(buffers).map(([name, { number }]) => [name, number]);
    expect(Object.fromEntries(types)).toEqual(Object.fromEntries(numbers));
  });

  test('have a row each', () => {
    const table = tableOf(new Map());
    const rows = groups.flatMap(({ rows }) => Object.keys(rows));
    expect(table.split('\n').filter((line) => /^\| (?!what|---)/.test(line)).length).toBe(
      rows.length,
    );
  });

  test('without a test are named, where they do not say why', () => {
    const none = unproved(new Map());
    expect(none).toContain('QueryContextAttributes');
    expect(none).toContain('empty message');
    expect(none).not.toContain('ChangeAccountPassword');
    expect(unproved(new Map([['empty message', [proof(1)]]]))).not.toContain('empty message');
  });
});

describe('a row', () => {
  test('names the tests by their files', () => {
    expect(row('FreeContextBuffer', proof(1), proof(2), proof(1, 'b', 'test/unit/b.test.ts'))).toBe(
      '| FreeContextBuffer | [unit/a.test.ts](../test/unit/a.test.ts): “test 1”, “test 2”<br>' +
        '[unit/b.test.ts](../test/unit/b.test.ts): “b” | |',
    );
  });

  test('names one of those that stand in the same place', () => {
    expect(row('FreeContextBuffer', proof(1, 'one'), proof(1, 'two'), proof(2))).toContain(
      ': “one” and 1 like it, “test 2” |',
    );
  });

  test('names five, of as many files as there are', () => {
    const other = proof(1, 'other', 'test/unit/b.test.ts');
    const many = [1, 2, 3, 4, 5, 6].map((line) => proof(line));
    expect(row('FreeContextBuffer', ...many, other)).toBe(
      '| FreeContextBuffer | [unit/a.test.ts](../test/unit/a.test.ts): “test 1”, “test 2”, ' +
        '“test 3”, “test 4”<br>[unit/b.test.ts](../test/unit/b.test.ts): “other”<br>and 2 more | |',
    );
  });

  test('holds no character that would end it', () => {
    expect(row('FreeContextBuffer', proof(1, 'a|b <c> `d` [e] *f* \\g'))).toContain(
      '“a\\|b \\<c> \\`d\\` \\[e] \\*f\\* \\\\g”',
    );
  });

  test('has what only Windows can prove in its last cell', () => {
    expect(row('ChangeAccountPassword')).toMatch(/^\| ChangeAccountPassword \| \| Not called: /);
  });
});
