import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as winsspi from 'winsspi';
import { type FailureDetails, families, SspiError, sspiError } from '../../lib/errors/errors.js';
import { statuses } from '../../lib/errors/status-table.js';
import { proves } from '../harness/proofs/proves.js';
import { isStatusSubject } from '../harness/proofs/subjects.js';

describe('SspiError', () => {
  test('carries the name, the unsigned number and the function, and what to check', () => {
    const error = sspiError('InitializeSecurityContext', 0x80090303 | 0);
    expect(error).toMatchObject({
      code: 'SEC_E_TARGET_UNKNOWN',
      status: 0x80090303,
      syscall: 'InitializeSecurityContext',
    });
    expect(error.message).toMatch(
      /^InitializeSecurityContext: SEC_E_TARGET_UNKNOWN \(0x80090303\): no account was found for the target name\. .*setspn/,
    );
  });

  test('passes an unknown status through with its number', () => {
    proves('unnamed statuses');
    const error = sspiError('AcceptSecurityContext', 0x8009abcd);
    expect(error.code).toBe('0x8009ABCD');
    expect(error.status).toBe(0x8009abcd);
    expect(error.message).toBe(
      'AcceptSecurityContext: 0x8009ABCD: a status that the Windows SDK gives no name',
    );
  });

  test.each([
    [0x8009030f, 'SEC_E_MESSAGE_ALTERED', 'MessageAlteredError'],
    [0x80090310, 'SEC_E_OUT_OF_SEQUENCE', 'OutOfSequenceError'],
    [0x80090318, 'SEC_E_INCOMPLETE_MESSAGE', 'IncompleteMessageError'],
    [0x80090317, 'SEC_E_CONTEXT_EXPIRED', 'ContextExpiredError'],
    [0x00090317, 'SEC_I_CONTEXT_EXPIRED', 'ContextExpiredError'],
    [0x80090308, 'SEC_E_INVALID_TOKEN', 'InvalidTokenError'],
    [0x80090301, 'SEC_E_INVALID_HANDLE', 'InvalidHandleError'],
    [0x8009030c, 'SEC_E_LOGON_DENIED', 'LogonDeniedError'],
    [0xc0000193, 'STATUS_ACCOUNT_EXPIRED', 'LogonDeniedError'],
    [0x8009030e, 'SEC_E_NO_CREDENTIALS', 'NoCredentialsError'],
    [0x80090303, 'SEC_E_TARGET_UNKNOWN', 'TargetUnknownError'],
    [0x80090322, 'SEC_E_WRONG_PRINCIPAL', 'WrongPrincipalError'],
    [0x80090324, 'SEC_E_TIME_SKEW', 'TimeSkewError'],
    [0x80090346, 'SEC_E_BAD_BINDINGS', 'BadBindingsError'],
    [0x80090311, 'SEC_E_NO_AUTHENTICATING_AUTHORITY', 'NoAuthorityError'],
    [0x80090321, 'SEC_E_BUFFER_TOO_SMALL', 'BufferTooSmallError'],
    [0x80090300, 'SEC_E_INSUFFICIENT_MEMORY', 'InsufficientMemoryError'],
    [0x80090337, 'SEC_E_CRYPTO_SYSTEM_INVALID', 'CryptoSystemInvalidError'],
    [0x8009030a, 'SEC_E_QOP_NOT_SUPPORTED', 'QopNotSupportedError'],
    [0x80090302, 'SEC_E_UNSUPPORTED_FUNCTION', 'UnsupportedFunctionError'],
    [0x80090305, 'SEC_E_SECPKG_NOT_FOUND', 'PackageNotFoundError'],
  ] as const)('0x%s is %s, an instance of %s', (status, code, family) => {
    if (isStatusSubject(code)) proves(code, 'typed errors');
    const error = sspiError('F', status);
    expect(error.code).toBe(code);
    expect(error.name).toBe(family);
    expect(error.constructor.name).toBe(family);
    expect(error).toBeInstanceOf(sspiError('F', 0x80090304).constructor);
    expect(winsspi).toHaveProperty(family);
  });

  test('a status of no family is an SspiError', () => {
    expect(sspiError('F', 0x80090304).name).toBe('SspiError');
  });

  test('prints with its class, its code and the place of the call', () => {
    const printed = inspect(sspiError('DecryptMessage', 0x8009030f));
    expect(printed).toMatch(/^MessageAlteredError: DecryptMessage: SEC_E_MESSAGE_ALTERED/);
    expect(printed).toContain("code: 'SEC_E_MESSAGE_ALTERED'");
    expect(printed).toContain('errors.test.ts');
  });
});

describe('the token that a failed step left for the peer', () => {
  const token = Buffer.from('the token for the peer');
  const create = (details?: FailureDetails) =>
    sspiError('AcceptSecurityContext', 0x8009030c, details);

  test('is that of the error alone, and undefined where there is none', () => {
    expect(create({ token }).token).toBe(token);
    expect(create({}).token).toBe(undefined);
    expect(create().token).toBe(undefined);
  });

  test('changes nothing of how the error is printed', () => {
    const [error, plain] = [create({ token }), create()].map((value) => {
      value.stack = 'the stack';
      return value;
    });
    expect(inspect(error, { showHidden: true })).toBe(inspect(plain, { showHidden: true }));
  });

  test('is in nothing that is printed, serialized or copied', () => {
    const error = create({ token });
    const printed = [
      ...[error, [error], { error }, new Error('outer', { cause: error })].flatMap((value) => [
        inspect(value, { depth: null }),
        inspect(value, { depth: null, showHidden: true }),
        format('%s %j %o %O', value, value, value, value),
      ]),
      JSON.stringify(error),
      String(error.stack),
      inspect(structuredClone(error), { showHidden: true }),
      inspect({ ...error }, { showHidden: true }),
    ].join('\n');
    expect(printed).toContain('SEC_E_LOGON_DENIED');
    for (const form of ['utf8', 'hex', 'base64'] as const) {
      expect(printed).not.toContain(token.toString(form).slice(0, 16));
    }
    // As JSON and inspect() write a Buffer.
    expect(printed).not.toContain(token.subarray(0, 8).join(','));
    expect(printed).not.toContain(token.toString('hex', 0, 8).match(/../g)?.join(' '));
  });
});

const failures = statuses().filter(({ status }) => status >= 0x8000_0000);

const classOf = (name: string) =>
  Object.keys(families).find((family) => families[family]?.[1].includes(name as never));

describe('the families', () => {
  test.each(
    Object.entries(families).flatMap(([name, [Class, codes]]) =>
      codes.map((code) => [code, name, Class] as const),
    ),
  )('%s is an exported %s', (code, name, Class) => {
    const status = statuses().find((entry) => entry.name === code)?.status as number;
    const error = sspiError('F', status);
    expect(error.constructor).toBe(Class);
    expect([error.name, error.code, error.status]).toEqual([name, code, status]);
    expect(error).toBeInstanceOf(SspiError);
    expect(winsspi).toHaveProperty(name);
  });

  test('have each status once', () => {
    const codes = Object.values(families).flatMap(([, names]) => names);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  test('have a status each', () => {
    const empty = Object.entries(families).filter(([, [, codes]]) => codes.length === 0);
    expect(empty.map(([name]) => name)).toEqual(['SspiError']);
  });

  // The verdicts on a logon, except the one without a reason.
  test('have every NTSTATUS that has a reason', () => {
    const logons = failures.filter(({ name }) => name.startsWith('STATUS_'));
    expect(logons.length).toBeGreaterThan(20);
    expect(logons.filter(({ name }) => !classOf(name)).map(({ name }) => name)).toEqual([
      'STATUS_UNSUCCESSFUL',
    ]);
  });

  test('have every status of a certificate in CertificateError', () => {
    const pattern = /^(CERT|CRYPT|TRUST)_E_|CERT_|PKINIT|ISSUING_CA|REVOCATION|UNTRUSTED/;
    const certificates = failures.filter(({ name }) => pattern.test(name));
    expect(certificates.length).toBeGreaterThan(20);
    expect(
      certificates
        .map(({ name }) => [name, classOf(name)])
        .filter(([, c]) => c !== 'CertificateError'),
    ).toEqual([]);
  });

  // SEC_E_BAD_BINDINGS and STATUS_BAD_BINDINGS, and their like.
  test('have the same condition in one class, under whichever prefix', () => {
    const bare = (name: string) => name.replace(/^(SEC_E|SEC_I|STATUS|ERROR|CERT_E|CRYPT_E)_/, '');
    const conditions = Map.groupBy(
      failures.map(({ name }) => name as string),
      bare,
    );
    const twins = [...conditions.values()].filter((names) => names.length > 1);
    expect(twins.length).toBeGreaterThan(2);
    expect(twins.filter((names) => new Set(names.map(classOf)).size > 1)).toEqual([]);
  });
});
