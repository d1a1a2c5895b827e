import type { IncomingMessage } from 'node:http';

// Headers that proxies, balancers and gateways add to the requests that they forward.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3
// https://www.rfc-editor.org/rfc/rfc7239#section-4
const marks = [
  ...['via', 'forwarded', 'x-forwarded(-.+)?', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip'],
  ...['true-client-ip', 'x-original-(url|for|host|proto)', 'x-arr-.+', 'cf-.+', 'x-envoy-.+'],
];
const mark = new RegExp(`^(?:${marks.join('|')})$`);

/** Whether a request has a header of a proxy. */
export function isProxied({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some((name) => mark.test(name));
}
