import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Builds and findings, which a fresh clone has not got. */
const ignored = read('.gitignore').trim().split('\n');
const isIgnored = (path: string) => ignored.some((name) => `/${path}/`.includes(`/${name}`));

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];

test.each(pages.filter((path) => path.endsWith('.md')))('what %s refers to is there', (page) => {
  const text = read(page);
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, path]) =>
    join(dirname(page), path as string),
  );
  const tests = [...text.matchAll(/`(test\/[\w/.-]+)`/g)].map(([, path]) => path as string);
  const missing = [...links, ...tests].filter(
    (path) => !isIgnored(path) && !existsSync(join(root, path)),
  );
  expect(missing).toEqual([]);
});

test('docs/security.md shows a test for every promise', () => {
  const table = /## Promises.*?\n\| promise \| test \|\n\|---\|---\|\n(.*?)\n\n/s.exec(
    read('docs/security.md'),
  );
  const rows = table?.[1]?.split('\n') ?? [];
  expect(rows.length).toBeGreaterThan(30);
  const unproved = rows.filter((row) => !/^\| \*\*|`test\/[\w/.-]+/.test(row));
  expect(unproved).toEqual([]);
});
