import { expect, test } from 'vitest';
import { proxyFromEnvironment } from 'winsspi/http';

const proxy = 'http://proxy:3128';

test.each<[string, Record<string, string>, string | undefined]>([
  ['https://a', { HTTPS_PROXY: proxy }, proxy],
  ['https://a', { https_proxy: proxy, HTTPS_PROXY: 'http://other' }, proxy],
  ['https://a', { HTTP_PROXY: proxy }, undefined],
  ['http://a', { HTTP_PROXY: proxy }, proxy],
  ['http://a', { HTTPS_PROXY: proxy }, undefined],
  ['http://a', { ALL_PROXY: proxy }, proxy],
  ['https://a', { all_proxy: 'proxy:3128' }, proxy],
  ['http://a', { HTTP_PROXY: '', ALL_PROXY: proxy }, undefined],
  ['http://a', {}, undefined],
  ['http://a', { HTTP_PROXY: proxy, REQUEST_METHOD: 'GET' }, undefined],
  ['http://a', { http_proxy: proxy, REQUEST_METHOD: 'GET' }, proxy],
])('for %s the proxy of %o is %o', (url, environment, expected) => {
  expect(proxyFromEnvironment(url, environment)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['http://a', '*', true],
  ['http://corp.example', 'corp.example', true],
  ['http://a.corp.example', 'corp.example', true],
  ['http://a.b.corp.example', '.corp.example', true],
  ['http://a.corp.example', '*.corp.example', true],
  ['http://CORP.example', 'corp.EXAMPLE', true],
  ['http://evilcorp.example', 'corp.example', false],
  ['http://corp.example.evil', 'corp.example', false],
  ['http://a', 'b, a', true],
  ['http://a', 'b a', true],
  ['http://a:8080', 'a:8080', true],
  ['http://a', 'a:8080', false],
  ['https://a', 'a:443', true],
  ['http://127.0.0.1', '127.0.0.1', true],
  ['http://127.0.0.11', '127.0.0.1', false],
  ['http://[::1]:80', '[::1]', true],
  ['http://[::1]', '::1', true],
  ['http://[::1]', '::2', false],
  ['http://a', '', false],
  ['http://a', ' , ,', false],
])('%s is without a proxy where NO_PROXY is %o: %s', (url, list, expected) => {
  const found = proxyFromEnvironment(url, { ALL_PROXY: proxy, NO_PROXY: list });
  expect(found).toBe(expected ? undefined : proxy);
});

test.each(['a', 'ftp://a', '', 'http://'])('%o is refused', (url) => {
  expect(() => proxyFromEnvironment(url, {})).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
  );
});
