import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findHint, lookUpStatus, statusNumber } from '../../lib/errors/status.js';
import { statuses as knownStatuses } from '../../lib/errors/status-table.js';
import { proves } from '../harness/proofs/proves.js';

const statuses = knownStatuses();
const securityStatuses = statuses.filter(({ name }) => name.startsWith('SEC_'));

/** First and last code of each range that the SDK leaves unused. */
const unusedBySdk = [
  [0x319, 0x31f],
  [0x32a, 0x32f],
  [0x344, 0x344],
  [0x34a, 0x34f],
] as const;

describe('the status table', () => {
  test.each([
    [0x00000000, 'SEC_E_OK'],
    [0x00090312, 'SEC_I_CONTINUE_NEEDED'],
    [0x00090314, 'SEC_I_COMPLETE_AND_CONTINUE'],
    [0x00090313, 'SEC_I_COMPLETE_NEEDED'],
    [0x00090317, 'SEC_I_CONTEXT_EXPIRED'],
    [0x00090320, 'SEC_I_INCOMPLETE_CREDENTIALS'],
    [0x00090321, 'SEC_I_RENEGOTIATE'],
    [0x00090366, 'SEC_I_CONTINUE_NEEDED_MESSAGE_OK'],
    [0x80090301, 'SEC_E_INVALID_HANDLE'],
    [0x80090302, 'SEC_E_UNSUPPORTED_FUNCTION'],
    [0x80090304, 'SEC_E_INTERNAL_ERROR'],
    [0x80090308, 'SEC_E_INVALID_TOKEN'],
    [0x8009030a, 'SEC_E_QOP_NOT_SUPPORTED'],
    [0x8009030c, 'SEC_E_LOGON_DENIED'],
    [0x8009030f, 'SEC_E_MESSAGE_ALTERED'],
    [0x80090317, 'SEC_E_CONTEXT_EXPIRED'],
    [0x80090318, 'SEC_E_INCOMPLETE_MESSAGE'],
    [0x80090321, 'SEC_E_BUFFER_TOO_SMALL'],
    [0x80090322, 'SEC_E_WRONG_PRINCIPAL'],
    [0x80090324, 'SEC_E_TIME_SKEW'],
    [0x80090346, 'SEC_E_BAD_BINDINGS'],
    [0x8009036b, 'SEC_E_INSUFFICIENT_BUFFERS'],
    [0x8009036c, 'SEC_I_INVALID_SESSION_STATE'],
    [0x800b010f, 'CERT_E_CN_NO_MATCH'],
    [0xc000006d, 'STATUS_LOGON_FAILURE'],
  ])('has %i as %s', (status, name) => {
    if (name.startsWith('SEC_I_')) proves('successes with a meaning');
    if (!name.startsWith('SEC_')) proves('unnamed statuses');
    expect(lookUpStatus(status)).toMatchObject({ status, name });
  });

  test('has each number and each name once, in the order of the numbers', () => {
    const numbers = statuses.map(({ status }) => status);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(new Set(statuses.map(({ name }) => name)).size).toBe(statuses.length);
  });

  test('covers the SEC_ range of the SDK, with no gap but those of the SDK', () => {
    const expected: number[] = [];
    for (let code = 0x300; code <= 0x36c; code += 1) {
      if (!unusedBySdk.some(([first, last]) => code >= first && code <= last)) expected.push(code);
    }
    const codes = securityStatuses.filter(({ status }) => status !== 0);
    const covered = new Set(codes.map(({ status }) => status & 0xffff));
    expect([...covered].sort((a, b) => a - b)).toEqual(expected);
    expect(securityStatuses).toHaveLength(94);
  });

  test('has both meanings of the numbers that differ in severity alone', () => {
    const pairs = [0x316, 0x317, 0x320, 0x321].map((code) => [
      lookUpStatus(0x0009_0000 + code)?.name,
      lookUpStatus(0x8009_0000 + code)?.name,
    ]);
    expect(pairs).toEqual([
      ['SEC_I_GENERIC_EXTENSION_RECEIVED', 'SEC_E_BAD_PKGID'],
      ['SEC_I_CONTEXT_EXPIRED', 'SEC_E_CONTEXT_EXPIRED'],
      ['SEC_I_INCOMPLETE_CREDENTIALS', 'SEC_E_INCOMPLETE_CREDENTIALS'],
      ['SEC_I_RENEGOTIATE', 'SEC_E_BUFFER_TOO_SMALL'],
    ]);
  });

  test('distinguishes SEC_E_ from SEC_I_ by the severity bit, with two exceptions of the SDK', () => {
    const crossed = securityStatuses.filter(
      ({ name, status }) => name.startsWith('SEC_E_') !== status >= 0x8000_0000,
    );
    expect(crossed.map(({ name }) => name)).toEqual(['SEC_E_OK', 'SEC_I_INVALID_SESSION_STATE']);
  });
});

describe('lookUpStatus', () => {
  test('takes a signed number, as C reports it', () => {
    expect(lookUpStatus(-2146893041)).toBe(lookUpStatus(0x8009030f));
    expect(lookUpStatus(-2146893041)?.name).toBe('SEC_E_MESSAGE_ALTERED');
    expect(lookUpStatus(-1073741715)?.name).toBe('STATUS_LOGON_FAILURE');
  });

  test('gives undefined for an unknown status', () => {
    expect(lookUpStatus(1)).toBeUndefined();
    expect(lookUpStatus(0x80090344)).toBeUndefined();
    expect(lookUpStatus(-1)).toBeUndefined();
  });
});

const native = fileURLToPath(new URL('../../native', import.meta.url));

const syscalls = {
  step: ['InitializeSecurityContext', 'AcceptSecurityContext', 'CompleteAuthToken'],
  encrypt: ['EncryptMessage', 'DecryptMessage'],
  sign: ['MakeSignature', 'VerifySignature'],
  attribute: [
    'QueryContextAttributes',
    'SetContextAttributes',
    'QueryCredentialsAttributes',
    'SetCredentialsAttributes',
  ],
  other: ['AcquireCredentialsHandle', 'ImpersonateSecurityContext', 'toString', '__proto__'],
} as const;

const everySyscall = Object.values(syscalls).flat();

test.each([
  [0, '0x00000000'],
  [0x0009_0312, '0x00090312'],
  [-2146893041, '0x8009030F'],
])('the number %d is written as %s', (status, text) => {
  expect(statusNumber(status)).toBe(text);
});

describe('the texts', () => {
  test.each(statuses)('of $name read well in an error message', ({ name, meaning }) => {
    expect(meaning).toMatch(/^[a-z].*[^.!\s]$/);
    for (const syscall of everySyscall) {
      const hint = findHint(name, syscall) ?? 'None.';
      expect(hint).toMatch(/^\S.*[^.]\.$/);
      expect(hint).not.toMatch(/please/i);
      expect(hint).not.toMatch(/ {2}|\n/);
    }
  });

  test.each([
    ['SEC_E_WRONG_PRINCIPAL', '`setspn -Q SPN`'],
    ['SEC_E_TARGET_UNKNOWN', '`setspn -S SPN ACCOUNT`'],
    ['SEC_E_TIME_SKEW', '`w32tm /resync`'],
    ['SEC_E_NO_AUTHENTICATING_AUTHORITY', '`nltest /dsgetdc:DOMAIN`'],
    ['SEC_E_NO_CREDENTIALS', '`klist`'],
    ['SEC_E_LOGON_DENIED', '4625'],
    ['STATUS_NO_LOGON_SERVERS', '`nltest /dsgetdc:DOMAIN`'],
    ['STATUS_BAD_BINDINGS', 'the bindings of the same TLS connection'],
    ['STATUS_TRUSTED_DOMAIN_FAILURE', '`netdom trust DOMAIN /domain:OTHER /verify`'],
    ['STATUS_PKINIT_FAILURE', 'Security-Kerberos'],
    ['STATUS_SMARTCARD_SUBSYSTEM_FAILURE', '`certutil -scinfo`'],
    ['STATUS_DOWNGRADE_DETECTED', '`nltest /dsgetdc:DOMAIN`'],
  ] as const)('of %s name the tool: %s', (name, tool) => {
    expect(findHint(name, 'InitializeSecurityContext')).toContain(tool);
  });

  test('leave successes without a hint', () => {
    const successes = statuses.filter(({ status }) => status < 0x8000_0000);
    expect(successes.filter(({ name }) => findHint(name, 'EncryptMessage'))).toEqual([]);
  });
});

describe('a hint depends on the function', () => {
  test.each([
    ['SEC_E_UNSUPPORTED_FUNCTION', 'step', /A policy forbids NTLM .* or Kerberos was not possible/],
    ['SEC_E_UNSUPPORTED_FUNCTION', 'encrypt', /without the flag confidentiality/],
    ['SEC_E_UNSUPPORTED_FUNCTION', 'sign', /without the flag integrity/],
    ['SEC_E_UNSUPPORTED_FUNCTION', 'attribute', /The package .* does not have this attribute/],
    ['SEC_E_UNSUPPORTED_FUNCTION', 'other', /^Check that the package offers the function\.$/],
    ['SEC_E_QOP_NOT_SUPPORTED', 'encrypt', /without the flag confidentiality/],
    ['SEC_E_QOP_NOT_SUPPORTED', 'sign', /without the flag integrity/],
    ['SEC_E_QOP_NOT_SUPPORTED', 'other', /^Use qop 0 to encrypt/],
    ['SEC_E_INVALID_TOKEN', 'step', /NTLM does not read the tokens of Negotiate/],
    ['SEC_E_INVALID_TOKEN', 'encrypt', /the types and the order of the buffers/],
    ['SEC_E_INVALID_TOKEN', 'sign', /the types and the order of the buffers/],
    ['SEC_E_INSUFFICIENT_MEMORY', 'step', /use the same package on both sides/],
    ['SEC_E_INSUFFICIENT_MEMORY', 'encrypt', /^Close the contexts .* memory of the machine\.$/],
    ['SEC_E_OUT_OF_SEQUENCE', 'step', /^Start again with a new context/],
    ['SEC_E_OUT_OF_SEQUENCE', 'sign', /^Open each message once/],
  ] as const)('%s of a function that is of the kind %s', (name, kind, text) => {
    for (const syscall of syscalls[kind]) expect(findHint(name, syscall)).toMatch(text);
  });

  test('whose name is the one that the addon reports', () => {
    const { step, encrypt, sign, attribute } = syscalls;
    const reported = new Set(
      readdirSync(native, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(cc|h)$/.test(file))
        .map((file) => readFileSync(join(native, file), 'utf8'))
        .flatMap((source) => [...source.matchAll(/"(\w+)"/g)].map((match) => match[1])),
    );
    const named = [...step, ...encrypt, ...sign, ...attribute];
    expect(named.filter((syscall) => !reported.has(syscall))).toEqual([]);
  });
});
