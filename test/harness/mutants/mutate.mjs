/**
 * The source with the mistake in it.
 * @param {string} source
 * @param {{ file: string, find: string, replace: string }} mutant
 */
export function mutate(source, { file, find, replace }) {
  const at = source.indexOf(find);
  if (at < 0) throw new Error(`${file} has no "${find}" any more: mend test/harness/mutants.`);
  if (source.includes(find, at + 1)) {
    throw new Error(`${file} has "${find}" more than once: a mistake must name one place.`);
  }
  if (find === replace) throw new Error(`${file}: "${find}" is no mistake.`);
  return source.slice(0, at) + replace + source.slice(at + find.length);
}
