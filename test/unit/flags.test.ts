import { describe, expect, test } from 'vitest';
import { flagNames, grantableFlagNames, grantedFlags, requestedBits } from '../../lib/flags.js';
import { proves } from '../harness/proofs/proves.js';

describe('what is asked for', () => {
  test('a client asks for mutual authentication, replay and sequence detection, confidentiality and integrity', () => {
    expect(requestedBits('client')).toBe(0x00000002 | 0x4 | 0x8 | 0x10 | 0x00010000);
  });

  test('a server asks for the same with the bits of AcceptSecurityContext', () => {
    proves('fact 3.2');
    expect(requestedBits('server')).toBe(0x00000002 | 0x4 | 0x8 | 0x10 | 0x00020000);
  });

  test('a flag adds to the defaults, and false takes one away', () => {
    expect(requestedBits('client', { delegate: true, confidentiality: false })).toBe(
      0x1 | 0x2 | 0x4 | 0x8 | 0x00010000,
    );
  });

  test('undefined stands for the default', () => {
    expect(requestedBits('client', { delegate: undefined } as never)).toBe(requestedBits('client'));
  });

  test('the highest bit stays unsigned', () => {
    expect(requestedBits('client', { confidentialityOnly: true })).toBeGreaterThan(0x40000000);
  });

  test('no word asks the package to allocate memory', () => {
    proves('fact 3.2');
    for (const role of ['client', 'server'] as const) {
      const all = Object.fromEntries(flagNames(role).map((name) => [name, true]));
      expect(requestedBits(role, all) & 0x100).toBe(0);
    }
  });

  test.each([
    ['client', { integrty: true }, "Did you mean 'integrity'?"],
    ['client', { allowMissingBindings: true }, "'options.flags.allowMissingBindings' is unknown"],
    ['server', { httpStyle: true }, "'options.flags.httpStyle' is unknown"],
  ] as const)('a %s refuses %o', (role, flags, text) => {
    expect(() => requestedBits(role, flags as object)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining(text),
      }),
    );
  });

  test('a value other than a boolean is refused', () => {
    expect(() => requestedBits('client', { integrity: 1 } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });
});

describe('what was granted', () => {
  test('bits that client and server number differently are read by the side', () => {
    proves('fact 3.2');
    expect(grantedFlags('client', 0x00010000)).toMatchObject({ integrity: true, stream: false });
    expect(grantedFlags('server', 0x00010000)).toMatchObject({ integrity: false, stream: true });
    expect(grantedFlags('server', 0x00020000)).toMatchObject({ integrity: true, stream: false });
  });

  test('every word that can be granted is there, true or false, and cannot be changed', () => {
    const flags = grantedFlags('client', 0);
    expect(Object.keys(flags)).toEqual(grantableFlagNames('client'));
    expect(flags).not.toHaveProperty('noIntegrity');
    expect(Object.values(flags)).not.toContain(true);
    expect(Object.isFrozen(flags)).toBe(true);
  });
});
