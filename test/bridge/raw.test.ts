import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lab, needsDomain } from '../support/lab.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };

// test/lab/bridge/programs/raw_contexts.c
const run = (name: string) =>
  execFileSync('raw_contexts.exe', [name]).toString().trim().split(/\r?\n/);

describe.skipIf(!lab)(`calls that the product does not make (${needsDomain})`, () => {
  test.each([
    ['Kerberos', names.Kerberos],
    ['Negotiate', names.Negotiate],
  ])('%s: room, memory, flags by number, export and import', (_, name) => {
    expect(run(name)).toEqual([
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
    expect(run(names.NTLM)).toEqual([
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
});
