import { isIPv6 } from 'node:net';
import { createError } from '../../errors/usage-error.js';
import { hostOf, portOf } from './proxy-options.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the proxy that the environment names for a URL, for the option `proxy`.
 *
 * Reads HTTPS_PROXY for https and HTTP_PROXY for http, then ALL_PROXY, in small letters first. NO_PROXY lists the hosts
 * without a proxy, divided by commas or spaces: `corp.example` and `.corp.example` are that domain and every host below
 * it, `host:8080` is one port of a host, and `*` is every host. Ranges of addresses are not known.
 *
 * @param url Where the requests go.
 * @param environment Default: `process.env`.
 * @returns The URL of the proxy, or undefined.
 * @throws {TypeError} `url` is no URL of http or https.
 *
 * @example
 * const proxy = proxyFromEnvironment('https://partner.example');
 * using client = new NegotiateClient({ allowedOrigins: ['https://partner.example'], proxy });
 */
export function proxyFromEnvironment(
  url: string | URL,
  environment: Environment = process.env,
): string | undefined {
  const target = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (!target || !/^https?:$/.test(target.protocol)) {
    throw createError('ERR_INVALID_ARG_VALUE', 'url', 'must be a URL of http or https');
  }
  const read = (name: string) => environment[name.toLowerCase()] ?? environment[name];
  if (isExcluded(target, read('NO_PROXY') ?? '')) return undefined;
  // In CGI a header of the client's, Proxy, has this name.
  const isCgi = environment.REQUEST_METHOD !== undefined;
  const http = isCgi ? environment.http_proxy : read('HTTP_PROXY');
  const own = target.protocol === 'https:' ? read('HTTPS_PROXY') : http;
  const proxy = own ?? read('ALL_PROXY') ?? '';
  if (proxy === '') return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isExcluded(target: URL, list: string): boolean {
  const host = hostOf(target).toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (isIPv6(entry)) return host === entry; // not a name and a port
      const [, name = '', port] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const bare = name.replace(/^\[|\]$/g, '');
      if (port !== undefined && Number(port) !== portOf(target)) return false;
      return host === bare || (bare !== '' && host.endsWith(`.${bare}`));
    });
}
