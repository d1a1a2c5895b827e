import { describe, expect, test } from 'vitest';
import { lookupAccountName, lookupAccountSid, translateName } from 'winsspi';
import { lab } from '../harness/support/lab.js';
import { onWine } from '../harness/support/wine.js';

const administrators = { sid: 'S-1-5-32-544', name: 'Administrators', domain: 'BUILTIN' };

describe('accounts', () => {
  test.each([
    ['S-1-5-32-544', 'alias'],
    ['S-1-1-0', 'wellKnownGroup'],
    ['S-1-5-18', 'wellKnownGroup'],
  ])('%s has a name, and the name has the same SID', async (sid, type) => {
    const bySid = await lookupAccountSid(sid);
    expect(bySid).toMatchObject({ sid, type, name: expect.any(String) });
    const { domain, name } = bySid;
    const written = domain === undefined ? (name as string) : `${domain}\\${name}`;
    expect(await lookupAccountName(written)).toEqual(bySid);
  });

  test.each([
    ['this machine', '', 'domain'],
    ['its administrator', '-500', 'user'],
    ['the group of its users', '-513', 'group'],
  ])('%s has a SID that ends in "%s" and is a %s', async (_, end, type) => {
    const machine = await lookupAccountName(process.env.COMPUTERNAME as string);
    expect(await lookupAccountSid(`${machine.sid}${end}`)).toMatchObject({ type });
  });

  // In another language of Windows they have other names.
  test.runIf(onWine)('a name is looked up with and without its domain', async () => {
    for (const name of ['Administrators', 'BUILTIN\\Administrators']) {
      expect(await lookupAccountName(name)).toEqual({ ...administrators, type: 'alias' });
    }
  });

  test.each([
    ['a SID that nobody has', () => lookupAccountSid('S-1-5-21-1-2-3-4444'), 'LookupAccountSid'],
    ['a name that nobody has', () => lookupAccountName('no\\such'), 'LookupAccountName'],
  ])('%s is AccountNotFoundError', async (_, look, syscall) => {
    await expect(look()).rejects.toMatchObject({
      name: 'AccountNotFoundError',
      code: 'ERROR_NONE_MAPPED',
      status: 0x80070534,
      syscall,
    });
  });

  test.each([
    ['an empty name', () => lookupAccountName('')],
    ['a name with a zero character', () => lookupAccountName('a\0b')],
    ['text that is no SID', () => lookupAccountSid('Administrators')],
    ['a SID without an end', () => lookupAccountSid('S-1-5-')],
    ['an unknown form', () => translateName('a', { from: 'samCompatible', to: 'upn' as never })],
    ['the unknown form', () => translateName('a', { from: 'display', to: 'unknown' as never })],
    ['a missing form', () => translateName('a', { from: 'display' } as never)],
  ])('%s is refused before the call', async (_, look) => {
    await expect(look()).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_INVALID_ARG_/),
    });
  });

  test('the error for an unknown form lists the forms', async () => {
    const options = { from: 'samCompatibel' as never, to: 'display' as const };
    await expect(translateName('CORP\\alice', options)).rejects.toThrow(
      /'options.from' must be one of: .*'userPrincipal'.* Did you mean 'samCompatible'\?/,
    );
  });

  test.skipIf(!lab)('TranslateName (Wine has none): its failure is never a success', async () => {
    await expect(
      translateName('CORP\\alice', { from: 'samCompatible', to: 'userPrincipal' }),
    ).rejects.toMatchObject({ syscall: 'TranslateName', code: 'SEC_E_INTERNAL_ERROR' });
  });
});
