import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { bodyError, redirectError } from './errors.js';
import { ignoreErrors } from './ignore-errors.js';

/** A request as it goes out, as often as it takes. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** As it is to stand in the request line. Default: that of the URL. */
  readonly path?: string;
  /** Bytes can be sent again, a stream cannot. */
  readonly body: Uint8Array | Readable | undefined;
  readonly signal: AbortSignal;
}

/** What fetch() makes of its arguments; a body that is no stream is read. */
export async function outgoingOf(request: Request, body: RequestInit['body']): Promise<Outgoing> {
  const isStream = body instanceof globalThis.ReadableStream || isAsyncIterable(body);
  return {
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
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
const secrets = ['authorization', 'cookie', 'host', 'proxy-authorization'];
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
