import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ignoreErrors } from '../ignore-errors.js';
import { bodyError, redirectError } from './errors.js';

/** A request as it goes out, as often as it takes. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  /** Those of the message: without those about its connection and its length. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** As it is to stand in the request line. Default: that of the URL. */
  readonly path?: string;
  /** Bytes can be sent again, a stream cannot. */
  readonly body: Uint8Array | Readable | undefined;
  /** How many bytes a stream has, where that is known before. */
  readonly length?: number;
  readonly signal: AbortSignal;
}

// Whoever sends a message writes them: with those of another the server could read a request in a body.
const aboutConnection = [
  ...['connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

/** Whether a header of the caller's, by its name in lower case, is sent on. */
export function isSentOn(name: string): boolean {
  return !aboutConnection.includes(name);
}

/** The header that says where the body ends. Absent: Node writes it where there must be one. */
export function framingOf({ body, length }: Outgoing): Readonly<Record<string, string>> {
  if (body === undefined) return {};
  const known = body instanceof Uint8Array ? body.byteLength : length;
  return known === undefined
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(known) };
}

/** What fetch() makes of its arguments; a body that is no stream is read. */
export async function outgoingOf(request: Request, body: RequestInit['body']): Promise<Outgoing> {
  const isStream = body instanceof globalThis.ReadableStream || isAsyncIterable(body);
  return {
    url: new URL(request.url),
    method: request.method,
    // The host is that of the URL, which the token is for.
    headers: Object.fromEntries(
      [...request.headers].filter(([name]) => isSentOn(name) && name !== 'host'),
    ),
    body: await bodyOf(request, isStream),
    signal: request.signal,
  };
}

function isAsyncIterable(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

async function bodyOf(request: Request, isStream: boolean): Promise<Outgoing['body']> {
  if (request.body === null) return undefined;
  if (isStream) return ignoreErrors(Readable.fromWeb(request.body as ReadableStream));
  return new Uint8Array(await request.arrayBuffer());
}

export function isReplayable({ body }: Outgoing): boolean {
  return body === undefined || body instanceof Uint8Array;
}

const redirects = [301, 302, 303, 307, 308];

/** Where a response leads to. Absent: nowhere. */
export function locationOf(
  { statusCode = 0, headers }: IncomingMessage,
  base: URL,
): URL | undefined {
  if (!redirects.includes(statusCode) || headers.location === undefined) return undefined;
  const url = URL.canParse(headers.location, base.href) && new URL(headers.location, base);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw redirectError('The server redirects to something that is no URL of HTTP');
  }
  // Nobody but the caller says whom to log on as.
  url.username = '';
  url.password = '';
  if (url.hash === '') url.hash = base.hash;
  return url;
}

// What was meant for one origin is not shown to another.
const secrets = ['authorization', 'cookie', 'proxy-authorization'];
const aboutBody = /^content-/;

/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
export function redirected(outgoing: Outgoing, status: number, url: URL): Outgoing {
  const { method } = outgoing;
  const isGet = method === 'GET' || method === 'HEAD';
  const becomesGet = (status === 303 && !isGet) || (status < 303 && method === 'POST');
  const elsewhere = url.origin !== outgoing.url.origin;
  if (!becomesGet && !isReplayable(outgoing)) throw bodyError('The server redirects');
  const headers = Object.entries(outgoing.headers).filter(
    ([name]) => !(elsewhere && secrets.includes(name)) && !(becomesGet && aboutBody.test(name)),
  );
  return {
    ...outgoing,
    url,
    headers: Object.fromEntries(headers),
    ...(becomesGet && { method: 'GET', body: undefined }),
  };
}
