import { describe, expect, test, vi } from 'vitest';
import * as winsspi from 'winsspi';
import {
  flagNames,
  grantableFlagNames,
  grantedFlags,
  readRequiredFlags,
  requestedBits,
} from '../../lib/flags.js';
import { proves } from '../harness/proofs/proves.js';

const roles = ['client', 'server'] as const;

const onlyBitOf = (role: (typeof roles)[number], word: string) => {
  const others = Object.fromEntries(flagNames(role).map((name) => [name, false]));
  return requestedBits(role, { ...others, [word]: true });
};

describe('what is asked for', () => {
  test('a client asks for mutual authentication, replay and sequence detection, confidentiality and integrity', () => {
    expect(requestedBits('client')).toBe(0x00000002 | 0x4 | 0x8 | 0x10 | 0x00010000);
  });

  test('a server asks for the same with the bits of AcceptSecurityContext', () => {
    proves('token memory');
    expect(requestedBits('server')).toBe(0x00000002 | 0x4 | 0x8 | 0x10 | 0x00020000);
  });

  test('a flag adds to the defaults, and false takes one away', () => {
    expect(requestedBits('client', { delegate: true, confidentiality: false })).toBe(
      0x1 | 0x2 | 0x4 | 0x8 | 0x00010000,
    );
  });

  test.each(roles)('undefined stands for the default of a %s', (role) => {
    const all = Object.fromEntries(flagNames(role).map((word) => [word, undefined]));
    expect(requestedBits(role, all)).toBe(requestedBits(role));
  });

  test.each([
    ['client', winsspi.ISC_REQ_EXTENDED_ERROR, 0x4000],
    ['server', winsspi.ASC_REQ_EXTENDED_ERROR, 0x8000],
  ] as const)('extendedError of a %s is the bit %d', (role, constant, bit) => {
    expect(constant).toBe(bit);
    const bits = requestedBits(role, { extendedError: true });
    expect(bits & ~requestedBits(role)).toBe(bit);
    expect(grantedFlags(role, bit)).toMatchObject({ extendedError: true });
  });

  test('no word asks the package to allocate memory', () => {
    proves('token memory');
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

describe('a number of bits', () => {
  test.each(roles)('is what a %s asks for, and no default is added', (role) => {
    for (const bits of [0, 0x10, 0x80000000, 0xfffffeff]) {
      expect(requestedBits(role, bits)).toBe(bits);
    }
    expect(requestedBits(role, 0x80000010 | 0)).toBe(0x80000010);
  });

  test.each(['ISC_REQ_', 'ASC_REQ_'])(
    'may be any constant %s* but for ALLOCATE_MEMORY',
    (prefix) => {
      const role = prefix === 'ISC_REQ_' ? 'client' : 'server';
      const constants = Object.entries(winsspi).filter(([name]) => name.startsWith(prefix));
      expect(constants.length).toBeGreaterThan(20);
      const refused = constants.filter(([, bit]) => {
        try {
          return requestedBits(role, bit as number) !== bit;
        } catch {
          return true;
        }
      });
      expect(refused.map(([name]) => name)).toEqual([`${prefix}ALLOCATE_MEMORY`]);
    },
  );

  test.each(roles)('of a %s with ALLOCATE_MEMORY is refused', (role) => {
    expect(() => requestedBits(role, 0x110)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining(
          "The property 'options.flags' must not have the bit 0x100",
        ),
      }),
    );
  });

  test.each([
    [1.5, 'It must be an integer'],
    [Number.NaN, 'It must be an integer'],
    [2 ** 32, '<= 4294967295'],
    [-(2 ** 31) - 1, '>= -2147483648'],
  ])('of %d is out of range', (bits, text) => {
    const error = expect.objectContaining({
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringContaining(text),
    });
    expect(() => requestedBits('client', bits)).toThrow(error);
    expect(() => readRequiredFlags('client', bits)).toThrow(error);
  });
});

describe('what is required', () => {
  test.each(roles)('of a %s is every word that can be granted, or its bit', (role) => {
    for (const word of grantableFlagNames(role)) {
      const bit = onlyBitOf(role, word);
      expect(readRequiredFlags(role, [word])).toEqual([word]);
      expect(readRequiredFlags(role, bit)).toEqual([word]);
    }
    const all = grantableFlagNames(role).reduce((sum, word) => sum | onlyBitOf(role, word), 0);
    expect(readRequiredFlags(role, all)).toEqual(grantableFlagNames(role));
    expect(readRequiredFlags(role, 0)).toEqual([]);
    expect(readRequiredFlags(role, [])).toEqual([]);
  });

  test.each([
    ['client', ['noIntegrity'], "'options.requiredFlags[0]' must be one of"],
    ['client', ['integrity', 'integrty'], "'options.requiredFlags[1]' must be one of"],
    ['client', 0x00800010, 'has bits whose grant Windows does not report: 0x800000'],
    ['client', 0x80000000 | 0, 'has bits whose grant Windows does not report: 0x80000000'],
    ['server', ['proxyBindings'], "'options.requiredFlags[0]' must be one of"],
    ['server', 0x10000000, 'has bits whose grant Windows does not report: 0x10000000'],
  ] as const)('of a %s cannot be %o', (role, value, text) => {
    expect(() => readRequiredFlags(role, value)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining(text),
      }),
    );
  });

  test.each([['integrity'], [null], [{ integrity: true }], [[1]]])('is not %o', (value) => {
    expect(() => readRequiredFlags('client', value)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });
});

describe('what was granted', () => {
  test('bits that client and server number differently are read by the side', () => {
    proves('token memory');
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

  test('is the same object for the same bits, of 64 sets of bits at most', async () => {
    vi.resetModules();
    const fresh = await import('../../lib/flags.js');
    const granted = Array.from({ length: 65 }, (_, bits) => fresh.grantedFlags('client', bits));
    const again = granted.map((_, bits) => fresh.grantedFlags('client', bits));
    const shared = granted.map((flags, bits) => flags === again[bits]);
    expect(shared).toEqual([...Array(64).fill(true), false]);
  });
});
