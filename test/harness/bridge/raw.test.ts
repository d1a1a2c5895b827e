import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lab, needsDomain, theLab } from '../support/lab.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };

// test/harness/bridge/programs
const run = (program: string, ...args: string[]) =>
  execFileSync(`${program}.exe`, args).toString().trim().split(/\r?\n/);

describe.skipIf(!lab)(`calls that the product does not make (${needsDomain})`, () => {
  test.each([
    ['Kerberos', names.Kerberos],
    ['Negotiate', names.Negotiate],
  ])('%s: room, memory, flags by number, export and import', (_, name) => {
    expect(run('raw_contexts', name)).toEqual([
      'too small: wants more',
      'allocated: 1',
      'free: 00000000',
      'complete: 00000000',
      'initiator: 0003001e', // INTEGRITY 0x10000, IDENTIFY 0x20000
      'acceptor: 000a011e', // INTEGRITY 0x20000, IDENTIFY 0x80000, ALLOCATED_MEMORY 0x100
      'message: 00000000 a message',
      'export: 00000000',
      'import: 00000000',
      'imported: 00000000 a message',
      'names: CORP\\alice',
    ]);
  });

  test('NTLM: the same, and its second token is kept for more room', () => {
    expect(run('raw_contexts', names.NTLM)).toEqual([
      'too small: wants more',
      'allocated: 1',
      'too small: wants more',
      'free: 00000000',
      'complete: 00000000',
      'initiator: 0003001c',
      'acceptor: 0002001c',
      'message: 00000000 a message',
      'export: 00000000',
      'import: 00000000',
      'imported: 00000000 a message',
      'names: CORP\\alice',
    ]);
  });

  test.each([
    ['Kerberos', names.Kerberos],
    ['Negotiate', names.Negotiate],
  ])('%s: credentials without an identity are those of whom the thread acts as', (_, name) => {
    const { bob, websvc } = theLab().users;
    const users = [bob.user, bob.password, websvc.user, websvc.password];
    expect(run('raw_delegation', name, ...users)).toEqual([
      'impersonate: 00000000',
      'as the first: CORP\\bob',
      'on another thread: CORP\\alice', // the logged-on user
      'with an identity: CORP\\websvc',
      'as the second within: CORP\\websvc',
      'reverted: CORP\\alice',
      'put back: CORP\\bob',
      'revert: 00000000',
      "with the second's token: CORP\\websvc",
      'with credentials of the second, gone: CORP\\websvc',
      'nothing delegated: 8009030e', // NO_CREDENTIALS
      'inbound: 00000000',
      'at the end: CORP\\alice',
      "a client's context: 8009030b", // NO_IMPERSONATION
    ]);
  });
});
