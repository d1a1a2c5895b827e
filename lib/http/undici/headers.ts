import { pairsOf } from '../raw-headers.js';

type Entry = readonly [name: string, value: unknown];

// A flat list, a list of pairs, or an object: undici takes all of them.
function entriesOf(headers: unknown): Entry[] {
  if (typeof headers !== 'object' || headers === null) return [];
  if (Array.isArray(headers) && !Array.isArray(headers[0])) return pairsOf(headers);
  if (Symbol.iterator in headers) return [...(headers as Iterable<Entry>)];
  return Object.entries(headers);
}

/**
 * The headers of a request with others in them, as a flat list. `added` has names in lower case; what is
 * undefined is taken out.
 */
export function withHeaders(
  headers: unknown,
  added: Readonly<Record<string, string | undefined>>,
): unknown[] {
  const kept = entriesOf(headers).filter(([name]) => !(name.toLowerCase() in added));
  const given = Object.entries(added).filter(([, value]) => value !== undefined);
  return [...kept, ...given].flat();
}

export function headerOf(headers: unknown, name: string): unknown {
  return entriesOf(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
