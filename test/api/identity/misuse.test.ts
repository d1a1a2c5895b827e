import { describe, expect, test } from 'vitest';
import { establishedPair, newPair } from '../../harness/support/handshake.js';
import { onWine } from '../../harness/support/wine.js';

const { server } = await establishedPair();

describe('misuse', () => {
  test.each([
    ['a name in place of a SID', 'Administrators', 'ERR_INVALID_ARG_VALUE'],
    ['an empty SID', '', 'ERR_INVALID_ARG_VALUE'],
    ['a SID without a sub-authority', 'S-1-5', 'ERR_INVALID_ARG_VALUE'],
    ['a SID with letters', 'S-1-5-x', 'ERR_INVALID_ARG_VALUE'],
    ['a number', 544, 'ERR_INVALID_ARG_TYPE'],
  ])('isMemberOf refuses %s', async (_, sid, code) => {
    await expect(server.isMemberOf(sid as string)).rejects.toMatchObject({ code });
  });

  test('impersonate refuses what is no function', () => {
    expect(() => server.impersonate(undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('impersonate refuses an async function without calling it', () => {
    let called = false;
    const callback = async () => {
      called = true;
    };
    expect(() => server.impersonate(callback)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("'callback' must be synchronous"),
      }),
    );
    expect(called).toBe(false);
  });

  test('an incomplete context has no identity', async () => {
    const pair = await newPair();
    const code = 'ERR_SSPI_CONTEXT_INCOMPLETE';
    await expect(pair.server.identity()).rejects.toMatchObject({ code });
    await expect(pair.server.isMemberOf('S-1-5-32-544')).rejects.toMatchObject({ code });
    expect(() => pair.server.impersonate(() => 1)).toThrow(expect.objectContaining({ code }));
  });

  test('a closed context has none either', async () => {
    const pair = await establishedPair();
    pair.server.close();
    await expect(pair.server.identity()).rejects.toMatchObject({ code: 'ERR_SSPI_CONTEXT_CLOSED' });
  });
});

describe.skipIf(!onWine)('a package without access tokens (those of Wine)', () => {
  test('says so, and the callback is not called', async () => {
    const unsupported = { name: 'UnsupportedFunctionError', code: 'SEC_E_UNSUPPORTED_FUNCTION' };
    await expect(server.identity()).rejects.toMatchObject({
      ...unsupported,
      syscall: 'QuerySecurityContextToken',
    });
    await expect(server.isMemberOf('S-1-5-32-544')).rejects.toMatchObject(unsupported);
    let called = false;
    const impersonate = () =>
      server.impersonate(() => {
        called = true;
      });
    expect(impersonate).toThrow(
      expect.objectContaining({ ...unsupported, syscall: 'ImpersonateSecurityContext' }),
    );
    expect(called).toBe(false);
  });
});

describe.skipIf(onWine)('the identity of the logged-on user (Windows only)', () => {
  test('has a SID, a name and groups, of which it is a member', async () => {
    const identity = await server.identity();
    expect(identity.sid).toMatch(/^S-1-5-/);
    expect(identity.name).toBe(process.env.USERNAME);
    expect(identity.groups.map(({ sid }) => sid)).toContain('S-1-1-0');
    expect(await server.isMemberOf('S-1-1-0')).toBe(true);
    expect(await server.isMemberOf('S-1-5-32-9999')).toBe(false);
  });

  test('is taken on for a callback', () => {
    expect(server.impersonate(() => 'done')).toBe('done');
  });
});
