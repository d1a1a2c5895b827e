// What the binding may cost. Values are taken from one run; nothing is compared between machines.

const at = (result, size, of) => of(result?.points?.find((point) => point.size === size));
const most = (values) =>
  values.some((value) => value === undefined) ? undefined : Math.max(...values);
const KiB = 1024;
const large = [16 * KiB, 64 * KiB, KiB * KiB];

const ratios = (operation, sizes) => (results, of) =>
  most(
    ['ntlm', 'kerberos'].flatMap((name) =>
      sizes.map((size) => at(results[`${operation}-${name}`], size, of)?.ratio),
    ),
  );

const handshakes = (measured) => (results, of) =>
  most(['ntlm', 'kerberos'].map((name) => of(measured(results[`handshake-${name}`]))?.ratio));

/**
 * @type {{
 *   what: string,
 *   limit: number,
 *   unit: string,
 *   value: (results: Record<string, any>, of: (measured: any) => any) => number | undefined,
 * }[]} `value` is undefined where the case was not run; `of` chooses the medians or the best rounds
 */
export const targets = [
  {
    what: 'wrap of 64 B over the null cipher, above the raw call',
    ...{ limit: 300, unit: 'ns' },
    value: (results, of) => at(results['wrap-null'], 64, of)?.above,
  },
  {
    what: 'unwrap of 64 B over the null cipher, above the raw call',
    ...{ limit: 300, unit: 'ns' },
    value: (results, of) => at(results['unwrap-null'], 64, of)?.above,
  },
  {
    what: "wrapInto of 64 B into a caller's buffer",
    ...{ limit: 120, unit: 'ns' },
    value: (results, of) => at(results['wrapInto-null'], 64, of)?.ours,
  },
  {
    what: 'encryptMessage of 64 B in an array of three buffers',
    ...{ limit: 700, unit: 'ns' },
    value: (results, of) => at(results['encryptMessage-null'], 64, of)?.ours,
  },
  {
    what: 'wrap of 1 KiB, NTLM and Kerberos',
    ...{ limit: 1.15, unit: 'times the raw loop' },
    value: ratios('wrap', [KiB]),
  },
  {
    what: 'wrap of 16 KiB and more, NTLM and Kerberos',
    ...{ limit: 1.03, unit: 'times the raw loop' },
    value: ratios('wrap', large),
  },
  {
    what: 'the same, where C writes to new memory too',
    ...{ limit: 1.03, unit: 'times the raw loop and that' },
    value: (results, of) =>
      most(
        ['ntlm', 'kerberos'].flatMap((name) =>
          large.map((size) => at(results[`wrap-${name}`], size, of)?.withMemory),
        ),
      ),
  },
  {
    what: 'wrapInto of 16 KiB and more, NTLM and Kerberos',
    ...{ limit: 1.03, unit: 'times the raw loop' },
    value: ratios('wrapInto', large),
  },
  {
    what: 'allocated by wrapInto',
    ...{ limit: 0, unit: 'bytes a message' },
    value: (results) => results.allocations?.wrapInto,
  },
  {
    what: 'a handshake of both ends and its credentials, NTLM and Kerberos',
    ...{ limit: 1.05, unit: 'times the same in C' },
    value: handshakes((handshake) => handshake?.withCredentials),
  },
  {
    what: 'the same, where each call in C takes the way to a thread and back too',
    ...{ limit: 1.05, unit: 'times C and those ways' },
    value: handshakes((handshake) => handshake?.withCredentials?.withTurns),
  },
  {
    what: "memory of a live context beyond the package's own",
    ...{ limit: KiB, unit: 'bytes' },
    value: (results) => results.contexts?.bytes,
  },
  {
    what: 'import of the package',
    ...{ limit: 5, unit: 'ms' },
    value: (results) => results.import?.import?.above,
  },
  {
    what: 'the same, above the same files without code of ours',
    ...{ limit: 5, unit: 'ms' },
    value: (results) => results.import?.import?.aboveFiles,
  },
];

/** The targets of the cases that were run, by the medians; and the same by the best rounds. */
export function reached(results) {
  const medians = (measured) => measured;
  const best = (measured) => measured?.least;
  return targets
    .map(({ value, ...target }) => ({
      ...target,
      value: value(results, medians),
      // Not of what has no rounds.
      least: value.length > 1 ? value(results, best) : undefined,
    }))
    .filter(({ value }) => value !== undefined && Number.isFinite(value))
    .map((target) => ({ ...target, reached: target.value <= target.limit }));
}
