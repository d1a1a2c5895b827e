import { createError } from '../../errors/usage-error.js';
import { isSentOn } from '../client/outgoing-request.js';
import { pairsOf } from '../raw-headers.js';

type Entry = readonly [name: string, value: unknown];

/** The headers of a request, as undici takes them. */
export interface RequestHeaders {
  /** Those that are sent on, by their names in lower case. */
  readonly sent: Readonly<Record<string, string | string[]>>;
  readonly contentLength: number | undefined;
  /** Whether `connection: close` is among them. */
  readonly closes: boolean;
}

/**
 * Reads headers. Those about the connection and the end of the body are refused as by undici, or left out:
 * they are written here. `host` is left out, because the token is for the host of the URL.
 */
export function readHeaders(headers: unknown): RequestHeaders {
  const sent: Record<string, string | string[]> = Object.create(null);
  let contentLength: number | undefined;
  let closes = false;
  for (const [name, value] of entriesOf(headers)) {
    const key = String(name).toLowerCase();
    if (value === undefined || value === null) continue;
    if (refused.includes(key))
      throw wrongHeader(key, 'must not be set: it is written with the body');
    if (key === 'content-length') contentLength = readLength(value);
    if (key === 'connection') closes = readConnection(value) || closes;
    if (key === 'host' || !isSentOn(key)) continue;
    const values = [sent[key] ?? [], value as string | string[]].flat().map(String);
    sent[key] = values.length === 1 ? (values[0] as string) : values;
  }
  return { sent, contentLength, closes };
}

const refused = ['transfer-encoding', 'keep-alive', 'upgrade', 'expect'];

// A flat list, a list of pairs, or an object: undici takes all of them.
function entriesOf(headers: unknown): Entry[] {
  if (headers === undefined || headers === null) return [];
  if (typeof headers !== 'object') {
    throw createError('ERR_INVALID_ARG_TYPE', 'headers', 'an object or an array', headers);
  }
  if (Array.isArray(headers) && !Array.isArray(headers[0])) return pairsOf(headers);
  if (Symbol.iterator in headers) return [...(headers as Iterable<Entry>)];
  return Object.entries(headers);
}

function readLength(value: unknown): number {
  const text = String(value);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw wrongHeader('content-length', 'must be a number of bytes');
}

function readConnection(value: unknown): boolean {
  const words = String(value)
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  if (words.every((word) => word === 'close' || word === 'keep-alive'))
    return words.includes('close');
  throw wrongHeader('connection', 'must be "close" or "keep-alive"');
}

function wrongHeader(name: string, reason: string): Error {
  return createError('ERR_INVALID_ARG_VALUE', `headers.${name}`, reason);
}
