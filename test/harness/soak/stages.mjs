// The stages of a soak, each a process of its own.

/**
 * What is done, at how many in all and how many between two looks at what is alive.
 * @typedef {{
 *   unit: string, count: number, atOnce: number,
 *   open: () => Promise<{ run: (count: number) => Promise<void>, close: () => void }>,
 * }} Stage
 * @type {Record<string, () => Promise<Stage>>}
 */
export const stages = {
  'messages, Kerberos': () => messages({ name: 'kerberos', altered: true }),
  'messages, NTLM': () => messages({ name: 'ntlm', altered: false }),
  contexts: () => contexts({ name: 'null', count: 100_000, atOnce: 200 }),
  'contexts, Kerberos': () => contexts({ name: 'kerberos', count: 4000, atOnce: 20 }),
  'aborted handshakes': () => aborts({ packageName: 'TestScript', count: 10_000, atOnce: 100 }),
  'aborted handshakes, Kerberos': () =>
    aborts({ packageName: 'LabKerberos', count: 2000, atOnce: 20 }),
  workers: () => workers({ count: 1000, atOnce: 10 }),
  'leaks on purpose': () => leak({ count: 2000, atOnce: 100 }),
};

/** Shows that growth is seen, and is no part of a soak. */
const instrument = 'leaks on purpose';

/** The names of the stages whose names begin with a word; no words: all of a soak. */
export function named(words) {
  const names = Object.keys(stages);
  if (words.length === 0) return names.filter((name) => name !== instrument);
  const unknown = words.find((word) => !names.some((name) => name.startsWith(word)));
  if (unknown !== undefined) {
    throw new Error(`There is no stage "${unknown}". The stages are: ${names.join('; ')}.`);
  }
  return names.filter((name) => words.some((word) => name.startsWith(word)));
}

const messages = async (options) => (await import('./stages/messages.mjs')).messagesOf(options);
const contexts = async (options) => (await import('./stages/contexts.mjs')).contextsOf(options);
const aborts = async (options) => (await import('./stages/aborts.mjs')).abortsOf(options);
const workers = async (options) => (await import('./stages/workers.mjs')).workers(options);
const leak = async (options) => (await import('./stages/leak.mjs')).leak(options);
