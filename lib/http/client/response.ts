import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Outgoing } from './outgoing.js';

const ends = new WeakMap<Response, Promise<void>>();

/** Calls back when the body has been read, or never will be. */
export function onEnd(response: Response, callback: () => void): void {
  ends.get(response)?.then(callback);
}

const withoutBody = [204, 205, 304];

/** The standard's response, whose body is what is still to come. */
export function responseOf(
  message: IncomingMessage,
  { url, method }: Outgoing,
  isRedirected: boolean,
): Response {
  const status = message.statusCode as number;
  const end = new Promise<void>((resolve) => message.once('close', resolve));
  const isEmpty = method === 'HEAD' || withoutBody.includes(status);
  if (isEmpty) message.resume();
  const body = isEmpty ? null : (Readable.toWeb(message) as ReadableStream);
  const response = new Response(body, {
    status,
    statusText: message.statusMessage ?? '',
    headers: headersOf(message),
  });
  Object.defineProperties(response, {
    url: { value: withoutHash(url) },
    redirected: { value: isRedirected },
  });
  ends.set(response, end);
  return response;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  }
  return headers;
}

function withoutHash(url: URL): string {
  const bare = new URL(url);
  bare.hash = '';
  return bare.href;
}
