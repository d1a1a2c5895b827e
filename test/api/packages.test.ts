import { expect, test } from 'vitest';
import { enumerateSecurityPackages, isSupported, querySecurityPackage } from 'winsspi';
import { proves } from '../harness/proofs/proves.js';

test('the addon is there', () => {
  expect(isSupported).toBe(true);
});

test('the packages of the machine are listed with what they can do', () => {
  proves('EnumerateSecurityPackages');
  const packages = enumerateSecurityPackages();
  const names = packages.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['Negotiate', 'Kerberos', 'NTLM']));
  const ntlm = packages.find(({ name }) => name === 'NTLM');
  expect(ntlm).toMatchObject({ rpcId: 10, version: 1 });
  expect(ntlm?.capabilities).toEqual(
    expect.arrayContaining(['integrity', 'privacy', 'connection']),
  );
});

test('one package is found by its name', () => {
  proves('QuerySecurityPackageInfo');
  const kerberos = querySecurityPackage('Kerberos');
  expect(kerberos).toMatchObject({ name: 'Kerberos', rpcId: 16 });
  expect(kerberos.maxToken).toBeGreaterThanOrEqual(12000);
  expect(kerberos).toEqual(enumerateSecurityPackages().find(({ name }) => name === 'Kerberos'));
});

test('an unknown package is refused by name', () => {
  proves('QuerySecurityPackageInfo');
  expect(() => querySecurityPackage('Nonesuch')).toThrow(
    expect.objectContaining({
      name: 'PackageNotFoundError',
      code: 'SEC_E_SECPKG_NOT_FOUND',
      syscall: 'QuerySecurityPackageInfo',
    }),
  );
});

test.each([[''], [undefined], [7], ['a\0b']])('%o is not the name of a package', (name) => {
  expect(() => querySecurityPackage(name as string)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_INVALID_ARG_(TYPE|VALUE)$/) }),
  );
});
