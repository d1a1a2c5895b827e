import { describe, expect } from 'vitest';
import { querySecurityPackage } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  clientName,
  families,
  meet,
  siblingOf,
  testOf,
  unmet,
} from '../../harness/support/families.js';
import { theLab } from '../../harness/support/lab.js';

const unsupported = expect.objectContaining({
  name: 'UnsupportedFunctionError',
  code: 'SEC_E_UNSUPPORTED_FUNCTION',
  syscall: 'QueryContextAttributes',
});

describe.each(families)('attributes of $title', (family) => {
  const { chosen } = family;
  const both = async () => {
    const { client, server } = await meet(family);
    return [client, server] as const;
  };

  testOf(family)('sizes are those of the package', async () => {
    proves('SECPKG_ATTR_SIZES');
    if (chosen === 'NTLM') proves('NTLM token size');
    for (const context of await both()) {
      expect(context.queryAttribute('sizes')).toEqual(family.sizes);
    }
  });

  testOf(family, 'names')('names: both sides know the client as DOMAIN\\user', async () => {
    proves('SECPKG_ATTR_NAMES');
    for (const context of await both()) {
      expect(context.queryAttribute('names')).toEqual({ userName: clientName });
    }
  });

  testOf(family, 'names')('principal is the client, on the server', async () => {
    expect((await meet(family)).server.principal).toBe(clientName);
  });

  if (chosen === 'Kerberos') {
    testOf(family, 'nativeNames')(
      'principal is the server, on a client that authenticated it',
      async () => {
        const flags = { mutualAuthentication: true };
        const { client } = await meet(family, { client: { flags } });
        expect(client.principal).toBe('HTTP/localhost@CORP.TEST');
      },
    );

    testOf(family, 'nativeNames')('nativeNames are the principals of Kerberos', async () => {
      proves('SECPKG_ATTR_NATIVE_NAMES');
      for (const context of await both()) {
        expect(context.queryAttribute('nativeNames')).toEqual({
          clientName: 'alice@CORP.TEST',
          serverName: 'HTTP/localhost@CORP.TEST',
        });
      }
    });
  } else {
    testOf(family)('nativeNames are none of NTLM: UnsupportedFunctionError', async () => {
      for (const context of await both()) {
        expect(() => context.queryAttribute('nativeNames')).toThrow(unsupported);
      }
    });
  }

  testOf(family, 'sessionKey')(
    'sessionKey is the same on both sides, and another in the next context',
    async () => {
      proves('SECPKG_ATTR_SESSION_KEY');
      const [client, server] = (await both()).map((context) =>
        context.queryAttribute('sessionKey'),
      );
      expect(client?.length).toBe(chosen === 'NTLM' ? 16 : 32);
      expect(client).toEqual(server);
      const [next] = await both();
      expect(next.queryAttribute('sessionKey')).not.toEqual(client);
    },
  );

  testOf(family, 'lifespan')('lifespan begins now and ends with the context', async () => {
    proves('SECPKG_ATTR_LIFESPAN');
    const second = 1000; // in which packages count
    const before = Date.now() - second;
    for (const context of await both()) {
      const { start, expiry } = context.queryAttribute('lifespan');
      expect((start as Date).getTime()).toBeGreaterThanOrEqual(before);
      expect((start as Date).getTime()).toBeLessThanOrEqual(Date.now() + second);
      expect(expiry).toEqual(context.expiry);
    }
  });

  testOf(family, 'keyInfo')('keyInfo names the algorithms', async () => {
    proves('SECPKG_ATTR_KEY_INFO');
    for (const context of await both()) {
      expect(context.queryAttribute('keyInfo')).toEqual(family.keyInfo);
    }
  });

  testOf(family, 'flags')('flags are those of the handshake', async () => {
    proves('SECPKG_ATTR_FLAGS');
    for (const context of await both()) {
      const { confidentiality, ...rest } = context.queryAttribute('flags');
      expect(confidentiality).toBe(true);
      expect({ confidentiality, ...rest }).toEqual(context.flags);
    }
  });

  testOf(family)('negotiationInfo names the package that authenticated', async () => {
    proves('SECPKG_ATTR_NEGOTIATION_INFO');
    for (const context of await both()) {
      expect(context.queryAttribute('negotiationInfo')).toEqual({
        state: 'complete',
        package: { ...querySecurityPackage(siblingOf(family, chosen).package), name: chosen },
      });
    }
  });

  testOf(family, 'packageInfo')('packageInfo has the name that Windows knows', async () => {
    proves('SECPKG_ATTR_PACKAGE_INFO');
    for (const context of await both()) {
      expect(context.queryAttribute('packageInfo').name).toBe(chosen);
    }
  });

  testOf(family)('streamSizes are for stream packages: UnsupportedFunctionError', async () => {
    proves('longest message');
    for (const context of await both()) {
      expect(() => context.queryAttribute('streamSizes')).toThrow(unsupported);
      expect(context.queryAttribute('sizes')).toEqual(family.sizes);
    }
  });

  testOf(family, 'inProgress')(
    'before the end of the handshake there is negotiationInfo and nothing else',
    async () => {
      const { client } = await unmet(family);
      await client.step();
      expect(client.queryAttribute('negotiationInfo').state).toBe('inProgress');
      expect(() => client.queryAttribute('names')).toThrow(
        expect.objectContaining({ name: 'InvalidHandleError' }),
      );
    },
  );

  testOf(
    family,
    'domain',
    'names',
  )('a server knows who each of many clients is', async () => {
    const { users, domain } = theLab();
    for (const user of ['alice', 'bob', 'websvc'] as const) {
      const { server } = await meet(family, { identity: users[user] });
      expect(server.queryAttribute('names').userName).toBe(`${domain}\\${user}`);
    }
  });
});
