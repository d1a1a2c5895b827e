import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codes } from '../../lib/errors/codes.js';
import { families } from '../../lib/errors/errors.js';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The rows of the tables that begin with a name in backticks. */
const rows = [...page.matchAll(/^\| `(\w+)`[^|]*\| (.*?) \|$/gm)].map(
  ([, name, rest]) => [name as string, rest as string] as const,
);

test('docs/errors.md has every code of misuse and state, with its class', () => {
  const listed = rows.filter(([name]) => name.startsWith('ERR_'));
  expect(listed.map(([name, rest]) => [name, rest.split(' | ')[0]]).sort()).toEqual(
    Object.entries(codes)
      .map(([code, entry]) => [code, entry.class.name])
      .sort(),
  );
});

test('docs/errors.md has every class of SspiError, with its statuses', () => {
  const listed = rows.filter(([name]) => name.endsWith('Error') && name !== 'SspiError');
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(
      Object.entries(families)
        .filter(([name]) => name !== 'SspiError')
        .map(([name, [, statuses]]) => [name, statuses.join(', ')]),
    ),
  );
});
