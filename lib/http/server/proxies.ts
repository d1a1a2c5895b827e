import type { IncomingMessage } from 'node:http';

// What proxies, balancers and gateways add to the requests that they pass on.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3
// https://www.rfc-editor.org/rfc/rfc7239#section-4
const marks = [
  ...['via', 'forwarded', 'x-forwarded(-.+)?', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip'],
  ...['true-client-ip', 'x-original-(url|for|host|proto)', 'x-arr-.+', 'cf-.+', 'x-envoy-.+'],
];
const mark = new RegExp(`^(?:${marks.join('|')})$`);

/** Whether a request says that it came through a proxy. */
export function isProxied({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some((name) => mark.test(name));
}
