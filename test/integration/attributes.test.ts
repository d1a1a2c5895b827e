import { describe, expect, test } from 'vitest';
import { type ContextAttributes, querySecurityPackage } from 'winsspi';
import { proves } from '../proofs/proves.js';
import { establishedPair } from '../support/handshake.js';
import { lab, needsDomain } from '../support/lab.js';
import { onWine } from '../support/wine.js';

// Kerberos needs a domain in which the tests' service has an account.
const kerberosTest = test.skipIf(!lab);
const kerberos = await establishedPair({ package: lab ? 'Kerberos' : 'Negotiate' });
const ntlm = await establishedPair({ package: 'NTLM' });

describe('sizes', () => {
  kerberosTest(`of Kerberos (${needsDomain})`, () => {
    proves('SECPKG_ATTR_SIZES');
    const sizes = kerberos.client.queryAttribute('sizes');
    expect(Object.keys(sizes)).toEqual([
      'maxToken',
      'maxSignature',
      'blockSize',
      'securityTrailer',
    ]);
    expect(sizes.maxToken).toBeGreaterThanOrEqual(12000);
    expect(sizes.maxSignature).toBeGreaterThanOrEqual(28);
    expect(sizes.securityTrailer).toBeGreaterThanOrEqual(49);
    expect(kerberos.server.queryAttribute('sizes')).toEqual(sizes);
  });

  test('of NTLM: a token of 16 bytes', () => {
    proves('SECPKG_ATTR_SIZES', 'fact 2.6');
    expect(ntlm.client.queryAttribute('sizes')).toMatchObject({
      maxSignature: 16,
      securityTrailer: 16,
    });
  });
});

kerberosTest(`negotiationInfo names the package that authenticated (${needsDomain})`, () => {
  proves('SECPKG_ATTR_NEGOTIATION_INFO');
  const info = kerberos.client.queryAttribute('negotiationInfo');
  expect(info).toEqual({ package: querySecurityPackage('Kerberos'), state: 'complete' });
});

test('keyInfo of NTLM names its algorithms', () => {
  proves('SECPKG_ATTR_KEY_INFO');
  expect(ntlm.client.queryAttribute('keyInfo')).toMatchObject({
    encryptAlgorithmName: expect.stringMatching(/RC4/i),
    keySize: 128,
  });
});

test('flags of NTLM are words of the side', () => {
  proves('SECPKG_ATTR_FLAGS');
  expect(ntlm.client.queryAttribute('flags')).toMatchObject({
    confidentiality: true,
    delegate: false,
  });
});

test.each(['names', 'lifespan', 'sessionKey', 'packageInfo', 'nativeNames'] as const)(
  '%s is answered on Windows; a package without it is UnsupportedFunctionError, and the context goes on',
  (name) => {
    if (onWine) {
      expect(() => kerberos.client.queryAttribute(name)).toThrow(
        expect.objectContaining({
          name: 'UnsupportedFunctionError',
          code: 'SEC_E_UNSUPPORTED_FUNCTION',
          syscall: 'QueryContextAttributes',
        }),
      );
    } else {
      expect(kerberos.client.queryAttribute(name)).toBeDefined();
    }
    expect(kerberos.client.queryAttribute('sizes').maxToken).toBeGreaterThan(0);
  },
);

test('streamSizes belong to stream packages: NTLM has none', () => {
  proves('fact 1.4');
  expect(() => ntlm.client.queryAttribute('streamSizes')).toThrow(
    expect.objectContaining({ name: 'UnsupportedFunctionError' }),
  );
});

test.each([['size'], ['Sizes'], [''], ['__proto__'], ['toString']])(
  'the name %o is refused',
  (name) => {
    expect(() => kerberos.client.queryAttribute(name as keyof ContextAttributes)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('"name" must be one of "sizes", "streamSizes"'),
      }),
    );
  },
);

test('a misspelt name is refused with the right one', () => {
  expect(() => kerberos.client.queryAttribute('sesionKey' as 'sessionKey')).toThrow(
    'Did you mean "sessionKey"?',
  );
});
