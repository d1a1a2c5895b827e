// What the binding may cost. Values are taken from one run; nothing is compared between machines.

const isMeasured = Number.isFinite;
const at = (result, size, of) => of(result?.points?.find((point) => point.size === size));
const most = (values) =>
  values.length > 0 && values.every(isMeasured) ? Math.max(...values) : undefined;
const KiB = 1024;
const large = [16 * KiB, 64 * KiB, KiB * KiB];

/** The cases of an operation over packages that encrypt. */
const ciphers = (operation) => ['ntlm', 'kerberos'].map((name) => `${operation}-${name}`);

/** The worst of a figure over cases and sizes, of what was measured. */
function worst(cases, sizes, figure) {
  const value = (results, of) =>
    most(
      cases.flatMap((name) =>
        sizes.map((size) => at(results[name], size, of)?.[figure]).filter(isMeasured),
      ),
    );
  return { cases, value };
}

const handshakes = (measured) => ({
  cases: ciphers('handshake'),
  value: (results, of) =>
    most(ciphers('handshake').map((name) => of(measured(results[name]))?.ratio)),
});

/** Nanoseconds that a call of 64 B may take more than the raw call. */
const aboveCall = { limit: 300, unit: 'ns' };

/**
 * @type {{
 *   what: string,
 *   cases: string[],
 *   limit: number,
 *   unit: string,
 *   value: (results: Record<string, any>, of: (measured: any) => any) => number | undefined,
 * }[]} `value` is undefined where the case was not run; `of` chooses the medians or the best rounds
 */
export const targets = [
  ...['wrap', 'unwrap', 'sign', 'verify'].map((operation) => ({
    what: `${operation} of 64 B, above the raw call`,
    ...aboveCall,
    ...worst([`${operation}-null`], [64], 'above'),
  })),
  ...['sign', 'verify'].map((operation) => ({
    what: `${operation} of 64 B, above the raw call`,
    ...aboveCall,
    ...worst(ciphers(operation), [64], 'above'),
  })),
  {
    what: "wrapInto of 64 B into a caller's buffer",
    ...{ limit: 120, unit: 'ns' },
    ...worst(['wrapInto-null'], [64], 'ours'),
  },
  {
    what: 'encryptMessage of 64 B in an array of three buffers',
    ...{ limit: 700, unit: 'ns' },
    ...worst(['encryptMessage-null'], [64], 'ours'),
  },
  {
    what: 'wrap of 64 B',
    ...{ limit: 1.7, unit: 'times the raw loop' },
    ...worst(ciphers('wrap'), [64], 'ratio'),
  },
  {
    what: 'wrap of 1 KiB',
    ...{ limit: 1.15, unit: 'times the raw loop' },
    ...worst(ciphers('wrap'), [KiB], 'ratio'),
  },
  {
    what: 'wrap of 1 KiB, where C writes to new memory too',
    ...{ limit: 1.15, unit: 'times the raw loop and that' },
    ...worst(ciphers('wrap'), [KiB], 'withMemory'),
  },
  {
    what: 'wrap of 16 KiB and more',
    ...{ limit: 1.03, unit: 'times the raw loop' },
    ...worst(ciphers('wrap'), large, 'ratio'),
  },
  {
    what: 'wrap of 16 KiB and more, where C writes to new memory too',
    ...{ limit: 1.03, unit: 'times the raw loop and that' },
    ...worst(ciphers('wrap'), large, 'withMemory'),
  },
  {
    what: 'wrapInto of 16 KiB and more',
    ...{ limit: 1.03, unit: 'times the raw loop' },
    ...worst(ciphers('wrapInto'), large, 'ratio'),
  },
  {
    what: 'allocated by wrapInto',
    cases: ['allocations'],
    ...{ limit: 0, unit: 'bytes a message' },
    value: (results) => results.allocations?.wrapInto,
  },
  {
    what: 'a handshake of both ends and its credentials',
    ...{ limit: 1.05, unit: 'times the same in C' },
    ...handshakes((handshake) => handshake?.withCredentials),
  },
  {
    what: 'the same, where each call in C takes the way to a thread and back too',
    ...{ limit: 1.05, unit: 'times C and those ways' },
    ...handshakes((handshake) => handshake?.withCredentials?.withTurns),
  },
  {
    what: "memory of a live context beyond the package's own",
    cases: ['contexts'],
    ...{ limit: KiB, unit: 'bytes' },
    value: (results) => results.contexts?.bytes,
  },
  {
    what: 'import of the package',
    cases: ['import'],
    ...{ limit: 5, unit: 'ms' },
    value: (results) => results.import?.import?.above,
  },
  {
    what: 'the same, above the same files without code of ours',
    cases: ['import'],
    ...{ limit: 5, unit: 'ms' },
    value: (results) => results.import?.import?.aboveFiles,
  },
];

/** The targets of the cases that were run, by the medians; and the same by the best rounds. */
export function reached(results) {
  const medians = (measured) => measured;
  const best = (measured) => measured?.least;
  return targets
    .map(({ what, cases, value, limit, unit }) => ({
      ...{ what, packages: titlesOf(cases, results), limit, unit },
      value: value(results, medians),
      // Not of what has no rounds.
      least: value.length > 1 ? value(results, best) : undefined,
    }))
    .filter(({ value }) => isMeasured(value))
    .map((target) => ({ ...target, reached: target.value <= target.limit }));
}

/** The packages that the cases were measured with, but for those of which there is no figure. */
function titlesOf(cases, results) {
  return cases
    .map((name) => results[name])
    .filter((result) => result?.ends && !result.points?.every(({ failed }) => failed))
    .map(({ ends }) => ends.title);
}
