// What the binding may cost. Values are taken from one run; nothing is compared between machines.

const at = (result, size, of) => of(result?.points?.find((point) => point.size === size));
const most = (values) =>
  values.some((value) => value === undefined) ? undefined : Math.max(...values);
const KiB = 1024;

const ratios = (operation, sizes) => (results, of) =>
  most(
    ['ntlm', 'kerberos'].flatMap((name) =>
      sizes.map((size) => at(results[`${operation}-${name}`], size, of)?.ratio),
    ),
  );

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
    value: ratios('wrap', [16 * KiB, 64 * KiB, KiB * KiB]),
  },
  {
    what: 'wrapInto of 16 KiB and more, NTLM and Kerberos',
    ...{ limit: 1.03, unit: 'times the raw loop' },
    value: ratios('wrapInto', [16 * KiB, 64 * KiB, KiB * KiB]),
  },
  {
    what: 'allocated by wrapInto',
    ...{ limit: 0, unit: 'bytes a message' },
    value: (results) => results.allocations?.wrapInto,
  },
  {
    what: 'a handshake of both ends and its credentials, NTLM and Kerberos',
    ...{ limit: 1.05, unit: 'times the same in C' },
    value: (results, of) =>
      most(
        ['ntlm', 'kerberos'].map(
          (name) => of(results[`handshake-${name}`]?.withCredentials)?.ratio,
        ),
      ),
  },
  {
    what: 'the same with credentials at hand',
    ...{ limit: 1.05, unit: 'times the same in C' },
    value: (results, of) =>
      most(['ntlm', 'kerberos'].map((name) => of(results[`handshake-${name}`])?.ratio)),
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
];

/** The targets of the cases that were run, by the medians; and the same by the best rounds. */
export function reached(results) {
  const medians = (measured) => measured;
  const best = (measured) => measured?.least;
  return targets
    .map(({ value, ...target }) => ({
      ...target,
      value: value(results, medians),
      least: value(results, best),
    }))
    .filter(({ value }) => value !== undefined && Number.isFinite(value))
    .map((target) => ({ ...target, reached: target.value <= target.limit }));
}
