import { describe, expect, test } from 'vitest';
import { lab } from '../../harness/support/lab.js';
import { runCase } from './case.js';

interface Fastest {
  readonly measured: string;
  readonly nanoseconds: Readonly<Record<string, number>>;
}

interface Report {
  report(run: object): string;
}

interface Readme {
  withTable(readme: string, run: object): string;
}

const bench = (name: string) => import(new URL(`../../../bench/${name}`, import.meta.url).href);

const machine = { node: 'v22.12.0', cpu: 'a processor', cores: 2, where: 'Wine' };
const point = { raw: 500, ours: 600, above: 100, ratio: 1.2, withMemory: 1.1, memory: 50 };
const least = { raw: 490, ours: 590, above: 100, ratio: 1.2, withMemory: 1.1 };
const sizes = [0, 64, 1024, 16_384, 65_536, 1_048_576];
const points = sizes.map((size) => ({ size, ...point, least }));
const refused = sizes.map((size) => ({ size, failed: 'integrity was not granted' }));
const ends = (title: string) => ({ title, ends: `${title} of somebody.` });

const messages = (operation: string, name: string, of: readonly object[] = points) => ({
  [`${operation}-${name}`]: {
    ...{ kind: 'messages', operation, package: name, ends: ends(`the ${name}`), points: of },
  },
});

const begin = '<!-- npm run bench -- --update: begin -->';
const end = '<!-- npm run bench -- --update: end -->';

/** What a run measures of all that README.md has. */
function wholeRun(): object {
  const operations = ['wrap', 'unwrap', 'wrapInto', 'encryptMessage', 'decryptMessage', 'verify'];
  const names = ['ntlm', 'kerberos'];
  const ratio = { ratio: 1.5 };
  const handshake = (name: string) => ({
    [`handshake-${name}`]: {
      ...{ kind: 'handshake', ends: ends(`the ${name}`) },
      ...{ ...ratio, withTurns: ratio, withCredentials: ratio },
    },
    [`async-${name}`]: { ends: ends(`the ${name}`), points: [{ size: 64, loop: 2 }] },
  });
  const each = names.flatMap((name) => [
    handshake(name),
    ...operations.map((operation) => messages(operation, name)),
  ]);
  return Object.assign(
    {},
    ...each,
    messages('sign', 'ntlm', refused),
    messages('sign', 'kerberos'),
    {
      allocations: { wrapInto: 0, ends: ends('null cipher') },
      contexts: { bytes: 1000, ends: ends('null cipher') },
      import: { import: { above: 5 } },
      tarball: { size: 1000 },
      'peers-delay': { points: [] },
    },
  );
}

describe.skipIf(!lab)('the NTLM whose messages are measured', () => {
  test('is the fastest of the lab in C', async () => {
    const { measured, nanoseconds } = await runCase<Fastest>('fastest');
    expect(Object.keys(nanoseconds)).toHaveLength(2);
    expect(nanoseconds[measured]).toBe(Math.min(...Object.values(nanoseconds)));
  });
});

describe('a report of the benchmark', () => {
  test('names the package in each row and each target, and whose it is above them', async () => {
    const { report } = (await bench('report.mjs')) as Report;
    const results = { ...messages('wrap', 'null'), ...messages('wrap', 'ntlm') };
    const lines = report({ machine, results }).split('\n');
    expect(lines).toContain('the ntlm: the ntlm of somebody.');
    const rows = lines.filter((line) => line.startsWith('wrap, '));
    expect(rows).toHaveLength(8);
    expect(rows.every((row) => /^wrap, the (null|ntlm) /.test(row))).toBe(true);
    const targets = lines.filter((line) => /(reached|MISSED)/.test(line));
    expect(targets.length).toBeGreaterThan(4);
    expect(targets.every((row) => /the (null|ntlm)$/.test(row))).toBe(true);
  });

  test('names the packages of the table in README.md', async () => {
    const { withTable } = (await bench('readme.mjs')) as Readme;
    const text = withTable(`Before\n${begin}\n${end}\nAfter\n`, { machine, results: wholeRun() });
    expect(text).toMatch(/^\| {2}\| the ntlm, 64 B \| the ntlm, 1 KiB \| .*the kerberos, 64 B \|/m);
    expect(text).toMatch(/^\| `sign` \| {2}\| {2}\| {2}\| {2}\| 1\.20 \|/m);
    expect(text).toContain('- **the ntlm**: the ntlm of somebody.\n');
    expect(text).toContain(
      'credentials: the ntlm 1.50, the kerberos 1.50 times the same calls in C.',
    );
  });

  test('leaves out what a package does not grant, and says why', async () => {
    const { report } = (await bench('report.mjs')) as Report;
    const results = { ...messages('sign', 'ntlm', refused), ...messages('sign', 'kerberos') };
    const text = report({ machine, results });
    expect(text).toMatch(/^sign, the ntlm +- +-/m);
    expect(text).toContain('Not measured (-): sign, the ntlm: integrity was not granted');
    expect(text).toMatch(/^sign of 64 B.* the kerberos$/m);
  });
});
