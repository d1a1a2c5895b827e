import { describe, expect, test } from 'vitest';
import { spn } from '../../lib/packages.js';

describe('spn', () => {
  test.each([
    [['HTTP', 'web.corp.test'], 'HTTP/web.corp.test'],
    [['MSSQLSvc', 'db', { port: 1433 }], 'MSSQLSvc/db:1433'],
    [['ldap', 'dc1.corp.test', { serviceName: 'corp.test' }], 'ldap/dc1.corp.test/corp.test'],
    [['ldap', 'dc1', { port: 389, serviceName: 'corp.test' }], 'ldap/dc1:389/corp.test'],
    [['HTTP', 'web', { realm: 'CORP.TEST' }], 'HTTP/web@CORP.TEST'],
    [
      ['ldap', 'dc1', { port: 389, serviceName: 'corp.test', realm: 'CORP.TEST' }],
      'ldap/dc1:389/corp.test@CORP.TEST',
    ],
    [['HTTP', 'web', { port: 1 }], 'HTTP/web:1'],
    [['HTTP', 'web', { port: 65535 }], 'HTTP/web:65535'],
    [['HTTP', 'web', { port: undefined, serviceName: undefined, realm: undefined }], 'HTTP/web'],
  ] as const)('%o is %s', (args, expected) => {
    expect(spn(...(args as unknown as Parameters<typeof spn>))).toBe(expected);
  });

  test.each([
    [['', 'host'], 'ERR_INVALID_ARG_VALUE', "'serviceClass' must not be empty"],
    [['HTTP/x', 'host'], 'ERR_INVALID_ARG_VALUE', "'serviceClass' must not contain '/'"],
    [['HTTP', 'host/x'], 'ERR_INVALID_ARG_VALUE', "'host' must not contain '/'"],
    [['HTTP', 'a b'], 'ERR_INVALID_ARG_VALUE', "'host' must not contain ' '"],
    [['HTTP', 'user@host'], 'ERR_INVALID_ARG_VALUE', "'host' must not contain '@'"],
    [['a@b', 'host'], 'ERR_INVALID_ARG_VALUE', "'serviceClass' must not contain '@'"],
    [['a:b', 'host'], 'ERR_INVALID_ARG_VALUE', "'serviceClass' must not contain ':'"],
    [['a b', 'host'], 'ERR_INVALID_ARG_VALUE', "'serviceClass' must not contain ' '"],
    [['HTTP', 'a', { serviceName: 'b@c' }], 'ERR_INVALID_ARG_VALUE', "must not contain '@'"],
    [['HTTP', 'a', { serviceName: 'b c' }], 'ERR_INVALID_ARG_VALUE', "must not contain ' '"],
    [
      ['HTTP', 'a', { realm: 'b@c' }],
      'ERR_INVALID_ARG_VALUE',
      "'options.realm' must not contain '@'",
    ],
    [['HTTP', 'a', { realm: 'b/c' }], 'ERR_INVALID_ARG_VALUE', "must not contain '/'"],
    [['HTTP', 'a', { realm: 'b:c' }], 'ERR_INVALID_ARG_VALUE', "must not contain ':'"],
    [['HTTP', 'a', { realm: 'b c' }], 'ERR_INVALID_ARG_VALUE', "must not contain ' '"],
    [['HTTP', 'a', { realm: '' }], 'ERR_INVALID_ARG_VALUE', "'options.realm' must not be empty"],
    [['HTTP', undefined], 'ERR_INVALID_ARG_TYPE', '"host" argument must be of type string'],
    [['HTTP', 'host', { port: 0 }], 'ERR_OUT_OF_RANGE', '>= 1 && <= 65535'],
    [['HTTP', 'host', { port: 65536 }], 'ERR_OUT_OF_RANGE', '>= 1 && <= 65535'],
    [['HTTP', 'host', { prot: 80 }], 'ERR_INVALID_ARG_VALUE', "Did you mean 'port'?"],
  ])('%o is refused with %s', (args, code, text) => {
    expect(() => spn(...(args as Parameters<typeof spn>))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });
});
