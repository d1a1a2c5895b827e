import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as winsspi from 'winsspi';

const required = createRequire(import.meta.url)('../../dist/index.js');

const words = Object.keys(winsspi).filter((name) => !/^[A-Z]+_/.test(name) && name !== 'default');
const constants = Object.keys(winsspi).filter((name) => /^[A-Z]+_/.test(name));

test('the package exports exactly these names', () => {
  expect(words.sort()).toEqual([
    'AccountNotFoundError',
    'BadBindingsError',
    'BufferTooSmallError',
    'CertificateError',
    'ClientContext',
    'ContextExpiredError',
    'Credentials',
    'CryptoSystemInvalidError',
    'DowngradeDetectedError',
    'IncompleteMessageError',
    'InsufficientMemoryError',
    'InvalidHandleError',
    'InvalidTokenError',
    'LogonDeniedError',
    'MessageAlteredError',
    'NoAuthorityError',
    'NoCredentialsError',
    'OutOfSequenceError',
    'PackageNotFoundError',
    'QopNotSupportedError',
    'SecurityContext',
    'ServerContext',
    'SspiError',
    'TargetUnknownError',
    'TimeSkewError',
    'TrustFailedError',
    'UnsupportedFunctionError',
    'WrongPrincipalError',
    'configureThreads',
    'enumerateSecurityPackages',
    'isImpersonating',
    'isSupported',
    'lookupAccountName',
    'lookupAccountSid',
    'querySecurityPackage',
    'spn',
    'tlsExporter',
    'tlsServerEndPoint',
    'tlsUnique',
    'translateName',
  ]);
});

test('every constant has one of the seven prefixes of the Windows SDK', () => {
  expect(
    constants.filter(
      (name) => !/^(SCHANNEL|SECBUFFER|SECQOP|SECPKG_ATTR|SECPKG_CRED|ISC_REQ|ASC_REQ)_/.test(name),
    ),
  ).toEqual([]);
  // A new constant raises it: none is left out or added by accident.
  expect(constants).toHaveLength(119);
});

test.each([
  ['SECBUFFER_STREAM', 10],
  ['SECBUFFER_TRAFFIC_SECRETS', 28],
  ['SECBUFFER_READONLY', 0x80000000],
  ['SECBUFFER_READONLY_WITH_CHECKSUM', 0x10000000],
  ['SECQOP_WRAP_NO_ENCRYPT', 0x80000001],
  ['SECPKG_ATTR_NEGOTIATION_INFO', 12],
  ['SECPKG_CRED_INBOUND', 1],
  ['SECPKG_CRED_OUTBOUND', 2],
  ['SECPKG_CRED_BOTH', 3],
  ['ISC_REQ_INTEGRITY', 0x00010000],
  ['ASC_REQ_INTEGRITY', 0x00020000],
])('%s is %d', (name, value) => {
  expect(required[name]).toBe(value);
});

// Of mingw-w64, which builds the addon on Linux.
const header = ['/usr/share/mingw-w64/include/sspi.h'].find(existsSync);

test.skipIf(!header)('every constant has the number of the header sspi.h', () => {
  const text = readFileSync(header as string, 'latin1');
  const numbers = new Map(
    [...text.matchAll(/#define\s+(\w+)\s+(0x[0-9a-f]+|\d+)/gi)].map((match) => [
      match[1] as string,
      Number(match[2]),
    ]),
  );
  const known = constants.filter((name) => numbers.has(name));
  expect(known.length).toBeGreaterThan(90);
  expect(known.map((name) => [name, required[name]])).toEqual(
    known.map((name) => [name, numbers.get(name)]),
  );
});

test('import and require give the same classes', () => {
  expect(required.ClientContext).toBe(winsspi.ClientContext);
  expect(required.SspiError).toBe(winsspi.SspiError);
  expect(Object.keys(required).sort()).toEqual([...words, ...constants].sort());
});
