import { expect, test } from 'vitest';
import type { ContextAttributes } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { establishedPair } from '../../harness/support/handshake.js';
import { lab } from '../../harness/support/lab.js';
import { onWine } from '../../harness/support/wine.js';

// Kerberos needs a domain in which the tests' service has an account.
const kerberos = await establishedPair({ package: lab ? 'Kerberos' : 'Negotiate' });
const ntlm = await establishedPair({ package: 'NTLM' });

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

test.each([['size'], ['Sizes'], [''], ['__proto__'], ['toString']])(
  'the name %o is refused',
  (name) => {
    expect(() => kerberos.client.queryAttribute(name as keyof ContextAttributes)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("'name' must be one of: 'sizes', 'streamSizes'"),
      }),
    );
  },
);

test('a misspelt name is refused with the right one', () => {
  expect(() => kerberos.client.queryAttribute('sesionKey' as 'sessionKey')).toThrow(
    "Did you mean 'sessionKey'?",
  );
});
