import { describe, expect, test } from 'vitest';
import { lookUpStatus } from '../../lib/errors/status.js';
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
  ])('knows %i as %s', (status, name) => {
    if (name.startsWith('SEC_I_')) proves('fact 3.11');
    if (!name.startsWith('SEC_')) proves('fact 3.12');
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

  test('tells SEC_E_ from SEC_I_ by the severity bit, but for two of the SDK', () => {
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

describe('the texts', () => {
  test.each(statuses)('of $name read well in an error message', ({ meaning, hint }) => {
    expect(meaning).toMatch(/^[a-z].*[^.!\s]$/);
    if (hint === undefined) return;
    expect(hint).toMatch(/^\S.*[^.]\.$/);
    expect(hint).not.toMatch(/please/i);
    expect(hint).not.toMatch(/ {2}|\n/);
  });

  test('say what to do about the failures that users meet most', () => {
    expect(lookUpStatus(0x80090322)?.hint).toContain('`setspn -Q SPN`');
    expect(lookUpStatus(0x80090303)?.hint).toContain('`setspn -S SPN ACCOUNT`');
    expect(lookUpStatus(0x80090324)?.hint).toContain('`w32tm /resync`');
    expect(lookUpStatus(0x80090311)?.hint).toContain('`nltest /dsgetdc:DOMAIN`');
    expect(lookUpStatus(0x8009030e)?.hint).toContain('`klist`');
    expect(lookUpStatus(0x8009030c)?.hint).toContain('4625');
  });

  test('leave successes without a hint', () => {
    const successes = statuses.filter(({ status }) => status < 0x8000_0000);
    expect(successes.filter(({ hint }) => hint !== undefined)).toEqual([]);
  });
});
