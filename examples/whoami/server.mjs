// A service that shows its callers who they are to it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Authenticator } from 'winsspi/http';
import { count, factsOf } from './facts.mjs';
import { callerPage, failurePage } from './page.mjs';

const style = readFileSync(new URL('style.css', import.meta.url));

// The page runs nothing and loads nothing from elsewhere, and no cache keeps it.
const headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

const advice = {
  challenge:
    'Your browser has not said who you are. It does so for sites that it trusts with that: the ' +
    'intranet zone of Windows, or the list AuthServerAllowlist of Chromium.',
  denied: 'Windows has not accepted what your browser sent. The log of this server has the reason.',
  anonymous: 'Your browser has named no user.',
  guest: 'Windows takes you for a guest.',
  notAllowed: 'You are known, and this page is not for you.',
  proxied: 'There is a proxy between you and this server, which shares its connections.',
  noTls: 'This page wants to be read over TLS.',
};

const titles = { 400: 'Bad request', 401: 'Who are you?', 403: 'Not for you', 503: 'Not now' };

/**
 * @param {import('winsspi/http').ServerOptions} options
 * @param {{ cert: Buffer, key: Buffer }} [tls]
 */
export function createWhoami(options, tls) {
  const authenticator = new Authenticator(options);
  const answer = (request, response) =>
    respond(authenticator, request, response).catch((error) => fail(response, error));
  // The token of a user with many groups is longer than the 16 KiB that Node allows for all headers.
  const limits = { maxHeaderSize: 80_000 };
  const server = tls
    ? createTlsServer({ ...limits, ...tls }, answer)
    : createServer(limits, answer);
  return server.once('close', () => authenticator.close());
}

async function respond(authenticator, request, response) {
  count(request);
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/style.css') return send(response, 200, 'text/css', style);
  if (pathname !== '/') return send(response, 404, 'text/plain', '404 Not Found\n');
  const result = await authenticator.evaluate(request, response);
  if (result.kind === 'success') {
    const page = callerPage(await factsOf(result.authentication, request));
    return send(response, 200, 'text/html', page, result.headers);
  }
  if (result.kind === 'failure') {
    const { status, reason } = result;
    const text = advice[reason] ?? 'Try again.';
    const page = failurePage({ status, title: titles[status], advice: text });
    return send(response, status, 'text/html', page, result.headers);
  }
  response.destroy(); // The client has gone.
}

function send(response, status, type, body, more = {}) {
  const contentType = { 'Content-Type': `${type}; charset=utf-8` };
  response.writeHead(status, { ...headers, ...contentType, ...more });
  response.end(String(body));
}

function fail(response, error) {
  console.error(error);
  if (response.headersSent) response.destroy();
  else send(response, 500, 'text/plain', '500 Internal Server Error\n');
}
