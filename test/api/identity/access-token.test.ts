import { describe, expect, test } from 'vitest';
import { handleCount, keepOneThread } from '../../harness/support/handle-count.js';
import { establishedPair } from '../../harness/support/handshake.js';
import { lab, needsDomain, theLab } from '../../harness/support/lab.js';
import { provider } from '../../harness/support/provider.js';

// Wine cannot log anybody on: each client's token is the process's own, with a level of its own.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const packages = ['Kerberos', 'Negotiate', 'NTLM'] as const;

describe.skipIf(!lab).each(packages)(`the client's token under %s (${needsDomain})`, (key) => {
  const name = names[key];

  test('identity() has a SID, groups, and the level of impersonation', async () => {
    const { server } = await establishedPair({ package: name });
    const identity = await server.identity();
    expect(identity.sid).toMatch(/^S-1-5-21-/);
    expect(identity.groups.map(({ sid }) => sid)).toContain('S-1-1-0');
    expect(identity.impersonationLevel).toBe('impersonation');
    expect(await server.isMemberOf('S-1-1-0')).toBe(true);
    expect(await server.isMemberOf('S-1-5-32-7777')).toBe(false);
  });

  test('a client that says identify is at that level', async () => {
    const { server } = await establishedPair({
      package: name,
      client: { flags: { identify: true } },
    });
    // gss-ntlmssp does not say it.
    const level = key === 'NTLM' ? 'impersonation' : 'identification';
    expect((await server.identity()).impersonationLevel).toBe(level);
  });

  test('impersonate() gives the thread a token, and takes it back', async () => {
    const { server } = await establishedPair({ package: name });
    expect(provider.impersonating()).toBe(false);
    expect(server.impersonate(() => provider.impersonating())).toBe(true);
    expect(provider.impersonating()).toBe(false);
  });

  test('impersonate() within impersonate() goes back to the outer client', async () => {
    const outer = await establishedPair({ package: name });
    const inner = await establishedPair({ package: name, identity: theLab().users.bob });
    outer.server.impersonate(() => {
      expect(inner.server.impersonate(() => provider.impersonating())).toBe(true);
      expect(provider.impersonating()).toBe(true);
    });
    expect(provider.impersonating()).toBe(false);
  });

  test("a context's token ends with it", async () => {
    keepOneThread();
    const before = handleCount();
    for (let i = 0; i < 30; i++) {
      const { client, server } = await establishedPair({ package: name });
      await server.identity();
      server.impersonate(() => {});
      client.close();
      server.close();
    }
    expect(handleCount() - before).toBeLessThan(10);
  });
});
