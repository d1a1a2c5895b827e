import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  callsOf,
  checkProviderAfterEach,
  providerInstalled,
} from '../../harness/support/provider.js';

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_ex2
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_packed_credentials
const HEADER = 48;
const PACKED_CREDENTIALS = 28;
const KEYTAB_TYPE = 'e8aa87d58ff75544a112c934beee7ce1'; // d587aae8-f78f-4455-a112-c934beee7ce1

/** FNV-1a, as the provider records secrets. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** The whole form, with zeros for the keytab. */
function expectedForm(keytab: Uint8Array, ...texts: [user: string, domain: string, list: string]) {
  const credentials = Buffer.alloc(PACKED_CREDENTIALS + keytab.length);
  credentials.writeUInt16LE(PACKED_CREDENTIALS, 0);
  credentials.writeUInt16LE(credentials.length, 2);
  credentials.write(KEYTAB_TYPE, 4, 'hex');
  credentials.writeUInt32LE(PACKED_CREDENTIALS, 20);
  credentials.writeUInt16LE(keytab.length, 24);
  const padding = Buffer.alloc(credentials.length % 2);
  const parts = texts.map((text) => Buffer.from(text, 'utf16le'));
  const header = Buffer.alloc(HEADER);
  const form = Buffer.concat([header, credentials, padding, ...parts]);
  form.writeUInt32LE(0x201, 0);
  form.writeUInt16LE(HEADER, 4);
  form.writeUInt32LE(form.length, 8);
  let offset = HEADER + credentials.length + padding.length;
  parts.forEach((part, index) => {
    const place = [12, 20, 40][index] as number;
    form.writeUInt32LE(part.length > 0 ? offset : 0, place);
    form.writeUInt16LE(part.length, place + 4);
    offset += part.length;
  });
  form.writeUInt32LE(HEADER, 28);
  form.writeUInt16LE(credentials.length, 32);
  form.writeUInt32LE(2, 36); // SEC_WINNT_AUTH_IDENTITY_UNICODE
  return form;
}

describe.skipIf(!providerInstalled)('credentials with a keytab', () => {
  checkProviderAfterEach();

  const pattern = (length: number) =>
    Buffer.from(Array.from({ length }, (_, index) => (index * 7 + 3) % 256));

  test.each([
    ['HTTP/sérver.corp.test', 'CORP.TEST', undefined, 100],
    ['HTTP/server.corp.test@CORP.TEST', '', undefined, 101],
    ['alice', 'CORP', '!ntlm', 1],
    ['a', 'd', 'kerberos', 65507],
  ])(
    'are SEC_WINNT_AUTH_IDENTITY_EX2 to the last byte: user %s, domain %j, package list %j, a keytab of %d bytes',
    async (user, domain, packageList, length) => {
      const keytab = pattern(length);
      using _credentials = await Credentials.acquire({
        package: 'TestScript',
        use: 'inbound',
        identity: { user, domain, keytab: Uint8Array.from(keytab) },
        packageList,
      });
      const [call] = callsOf('AcquireCredentialsHandle');
      expect(call).toMatchObject({
        form: 'SEC_WINNT_AUTH_IDENTITY_EX2',
        keytabLength: length,
        keytabHash: hash(keytab),
      });
      expect(call?.identityBytes).toEqual(expectedForm(keytab, user, domain, packageList ?? ''));
    },
  );

  test.each([
    ['user', { user: 'a'.repeat(32_768) }],
    ['domain', { user: 'a', domain: 'd'.repeat(32_768) }],
  ])(
    'with a %s of more bytes than the form can count fail before the package is called',
    async (_, account) => {
      const identity = { ...account, keytab: pattern(1) };
      await expect(Credentials.acquire({ package: 'TestScript', identity })).rejects.toMatchObject({
        code: 'SEC_E_UNKNOWN_CREDENTIALS',
        syscall: 'AcquireCredentialsHandle',
      });
      expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
    },
  );
});
