import { describe, expect, test } from 'vitest';
import {
  Credentials,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  type SecurityContext,
  ServerContext,
  SspiError,
} from 'winsspi';
import { establishedPair, newPair } from '../support/handshake.js';
import { lab, needsDomain } from '../support/lab.js';
import { mutated, randomNumbers } from '../support/random.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const text = Buffer.from('a message that somebody else rewrites');

/** The codes of many attempts. */
class Outcomes {
  readonly codes = new Set<string>();

  note(error: unknown): void {
    if (!(error instanceof SspiError)) throw error;
    this.codes.add(error.code);
  }

  /** Every failure has a name that says something. */
  check(): void {
    expect([...this.codes].filter((code) => !/^SEC_E_(?!INTERNAL)/.test(code))).toEqual([]);
  }
}

async function attempt(outcomes: Outcomes, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    outcomes.note(error);
  }
}

describe.skipIf(!lab).each(Object.values(names))(`%s (${needsDomain})`, (name) => {
  const random = randomNumbers(20_240_501);

  test('four hundred first tokens that were changed are refused by name', async () => {
    const { client } = await newPair({ package: name });
    const token = (await client.step()).token as Buffer;
    using inbound = await Credentials.acquire({ package: name, use: 'inbound' });
    const outcomes = new Outcomes();
    for (let round = 0; round < 400; round++) {
      using server = new ServerContext(inbound);
      await attempt(outcomes, () => server.step(mutated(token, random)));
    }
    expect(outcomes.codes).toContain('SEC_E_INVALID_TOKEN');
    outcomes.check();
  }, 60_000);

  test('a hundred answers that were changed are refused by name', async () => {
    const outcomes = new Outcomes();
    for (let round = 0; round < 100; round++) {
      const { client, server } = await newPair({ package: name });
      const answer = await server.step((await client.step()).token);
      await attempt(outcomes, () => client.step(mutated(answer.token as Buffer, random)));
      client.close();
      server.close();
    }
    outcomes.check();
  }, 60_000);

  test('a hundred last tokens that were changed are refused by name', async () => {
    if (name !== names.NTLM) return; // The others have no third token.
    const outcomes = new Outcomes();
    for (let round = 0; round < 100; round++) {
      const { client, server } = await newPair({ package: name });
      const answer = await server.step((await client.step()).token);
      const last = (await client.step(answer.token)).token as Buffer;
      await attempt(outcomes, () => server.step(mutated(last, random)));
      client.close();
      server.close();
    }
    outcomes.check();
  }, 60_000);

  const layouts: [string, (context: SecurityContext, bytes: Buffer) => void][] = [
    [
      'a STREAM',
      (context, bytes) =>
        context.decryptMessage([
          { type: SECBUFFER_STREAM, data: bytes },
          { type: SECBUFFER_DATA, data: null },
        ]),
    ],
    [
      'TOKEN and DATA',
      (context, bytes) =>
        context.decryptMessage([
          { type: SECBUFFER_TOKEN, data: bytes.subarray(0, 60) },
          { type: SECBUFFER_DATA, data: bytes.subarray(60) },
        ]),
    ],
    ['a signature', (context, bytes) => context.verify(text, bytes)],
  ];

  test.each(layouts)('a thousand messages that were changed are refused: %s', async (_, open) => {
    const { client, server } = await establishedPair({ package: name });
    const sealed = client.wrapDetached(text);
    const bytes = Buffer.concat([sealed.token, sealed.message]);
    const outcomes = new Outcomes();
    for (let round = 0; round < 1000; round++) {
      await attempt(outcomes, () => open(server, mutated(bytes, random)));
    }
    expect(outcomes.codes.size).toBeGreaterThan(0);
    outcomes.check();
  });
});
