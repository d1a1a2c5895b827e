import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pairsOf } from '../raw-headers.js';

interface Challenges {
  readonly values: readonly string[];
  readonly status: number | undefined;
}

const challengesByResponse = new WeakMap<ServerResponse, Challenges[]>();

/**
 * Adds values of WWW-Authenticate to a response when its head is written: error handlers of frameworks remove headers
 * that were set before, and some code passes its headers to writeHead(). With a status, only a response with that
 * status gets them.
 */
export function addChallenges(
  response: ServerResponse,
  values: readonly string[],
  status?: number,
): void {
  const known = challengesByResponse.get(response);
  if (known) {
    known.push({ values, status });
    return;
  }
  const list: Challenges[] = [{ values, status }];
  challengesByResponse.set(response, list);
  const write = response.writeHead as (...args: unknown[]) => ServerResponse;
  response.writeHead = function writeHead(this: ServerResponse, ...args: unknown[]) {
    const valid = list.filter((one) => one.status === undefined || one.status === Number(args[0]));
    const added = valid.flatMap((one) => one.values);
    if (added.length === 0 || this.headersSent) return write.apply(this, args);
    return write.apply(this, mergeChallenges(this, added, args));
  } as ServerResponse['writeHead'];
}

/** Moves the challenges from the arguments of writeHead(status[, reason][, headers]) to the response. */
function mergeChallenges(
  response: ServerResponse,
  added: readonly string[],
  [status, second, third]: unknown[],
): unknown[] {
  const hasReason = typeof second === 'string';
  const pairs = toPairs(third ?? (hasReason ? undefined : second));
  const isChallenge = ([name]: [string, unknown]) => name.toLowerCase() === 'www-authenticate';
  const own = pairs.filter(isChallenge).flatMap(([, value]) => value);
  const set = own.length > 0 ? own : [response.getHeader('WWW-Authenticate') ?? []].flat();
  response.setHeader('WWW-Authenticate', [...new Set([...added, ...set.map(String)])]);
  const rest = pairs.filter((pair) => !isChallenge(pair)).flat();
  return [status, ...(hasReason ? [second] : []), ...(rest.length > 0 ? [rest] : [])];
}

/** Reads headers in each form that writeHead() takes: an object, a flat array, an array of pairs. */
function toPairs(headers: unknown): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {});
  return Array.isArray(headers[0]) ? headers : pairsOf(headers);
}

/**
 * Adds a challenge to the answer of an upgrade, which the application writes to the socket as text: to the head of
 * a response, if the first bytes are one.
 */
export function addChallengeToHead(socket: Duplex, value: string): void {
  let isFirst = true;
  for (const method of ['write', 'end'] as const) {
    const original = socket[method] as (...args: unknown[]) => unknown;
    const replacement = function (this: Duplex, chunk: unknown, ...rest: unknown[]) {
      const first = isFirst ? insertChallenge(chunk, value) : chunk;
      isFirst = false;
      return original.call(this, first, ...rest);
    };
    Object.assign(socket, { [method]: replacement });
  }
}

function insertChallenge(chunk: unknown, value: string): unknown {
  const isText = typeof chunk === 'string';
  if (!isText && !Buffer.isBuffer(chunk)) return chunk;
  const text = isText ? chunk : chunk.toString('latin1');
  const [first] = /^HTTP\/1\.1 \d{3}[^\r\n]*\r\n/.exec(text) ?? [];
  if (first === undefined || text.includes(value)) return chunk;
  const whole = `${first}WWW-Authenticate: ${value}\r\n${text.slice(first.length)}`;
  return isText ? whole : Buffer.from(whole, 'latin1');
}
