import { describe, expect } from 'vitest';
import {
  ClientContext,
  Credentials,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  type SecurityContext,
  ServerContext,
  SspiError,
} from 'winsspi';
import { families, meet, testOf, unmet } from '../harness/support/families.js';
import type { Behaviour, Family } from '../harness/support/family.js';
import { client as clientIdentity, type Pair } from '../harness/support/handshake.js';
import { targetName } from '../harness/support/lab.js';
import { mutated, randomNumbers } from '../harness/support/random.js';

// What strangers send: each change ends in a typed error or in a step that goes on, never in a dead
// process. The numbers repeat, so that a failure does.

const text = Buffer.from('a message that somebody else rewrites');
const minute = 60_000;

/** How the attempts ended that were refused. */
class Refusals {
  readonly codes = new Set<string>();
  count = 0;

  async note(act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof SspiError)) throw error;
      this.codes.add(error.code);
      this.count += 1;
    }
  }

  /** Every code says what the package can say. */
  check({ garbageCodes }: Family): void {
    expect([...this.codes].filter((code) => !garbageCodes.test(code))).toEqual([]);
  }
}

type Change = (bytes: Buffer) => Buffer;
type Open = (context: SecurityContext, token: Buffer, message: Buffer, change: Change) => Buffer;

/** Ways to open a message, one part of which was changed. */
const layouts: [string, Behaviour[], Open][] = [
  [
    'the STREAM',
    ['stream', 'messages'],
    (context, token, message, change) => {
      const { buffers } = context.decryptMessage([
        { type: SECBUFFER_STREAM, data: change(Buffer.concat([token, message])) },
        { type: SECBUFFER_DATA, data: null },
      ]);
      return Buffer.from(buffers[1]?.data as Uint8Array);
    },
  ],
  [
    'the token',
    ['messages'],
    (context, token, message, change) =>
      context.unwrapDetached({ token: change(token), message }).message,
  ],
  [
    'the message',
    ['messages'],
    (context, token, message, change) =>
      context.unwrapDetached({ token, message: change(message) }).message,
  ],
];

describe.each(families)('$title', (family) => {
  const random = randomNumbers(20_240_501);
  const change: Change = (bytes) => mutated(bytes, random);
  const rounds = (most: number) => Math.min(most, family.strangers);
  const isKerberos = family.chosen === 'Kerberos';

  const changeToken = (token: Buffer | undefined): Buffer => {
    for (;;) {
      const changed = change(token as Buffer);
      if (!family.isBrokenBy(changed)) return changed;
    }
  };

  /** Handshakes that are led up to a step, which is then given a token that was changed. */
  async function strangers(
    times: number,
    lead: (pair: Pair) => Promise<[SecurityContext, Buffer | undefined]>,
  ): Promise<void> {
    using outbound = await Credentials.acquire({
      package: family.package,
      ...(clientIdentity && { identity: clientIdentity }),
    });
    using inbound = await Credentials.acquire({ package: family.package, use: 'inbound' });
    const refusals = new Refusals();
    for (let round = 0; round < times; round++) {
      using client = new ClientContext(outbound, { targetName });
      using server = new ServerContext(inbound);
      const [context, token] = await lead({ client, server });
      await refusals.note(() => context.step(changeToken(token)));
    }
    // Some change what no one reads: NTLM's first tokens are not protected.
    expect(refusals.count).toBeGreaterThan(times / 2);
    expect(refusals.codes).toContain('SEC_E_INVALID_TOKEN');
    refusals.check(family);
  }

  testOf(family)(
    `${rounds(400)} first tokens that were changed are refused by name`,
    async () => {
      const { client } = await unmet(family);
      const { token } = await client.step();
      await strangers(rounds(400), async ({ server }) => [server, token]);
    },
    minute,
  );

  testOf(family)(
    `${rounds(100)} answers that were changed are refused by name`,
    () =>
      strangers(rounds(100), async ({ client, server }) => {
        const answer = await server.step((await client.step()).token);
        return [client, answer.token];
      }),
    minute,
  );

  if (!isKerberos) {
    testOf(family)(
      `${rounds(100)} last tokens that were changed are refused by name`,
      () =>
        strangers(rounds(100), async ({ client, server }) => {
          const answer = await server.step((await client.step()).token);
          return [server, (await client.step(answer.token)).token];
        }),
      minute,
    );
  }

  testOf(family)('a handshake completes after all of them', async () => {
    const { client, server } = await meet(family);
    expect([client.done, server.done]).toEqual([true, true]);
  });

  for (const [part, behaviours, open] of layouts) {
    testOf(family, ...behaviours)(
      `a thousand messages are refused by name: ${part} was changed`,
      async () => {
        const { client, server } = await meet(family);
        const opens = (how: Change) => {
          const { token, message } = sealed;
          return open(server, Buffer.from(token), Buffer.from(message), how);
        };
        let sealed = client.wrapDetached(text);
        expect(opens((bytes) => bytes)).toEqual(text);
        sealed = client.wrapDetached(text);
        const refusals = new Refusals();
        for (let round = 0; round < 1000; round++) await refusals.note(() => opens(change));
        expect(refusals.count).toBe(1000);
        refusals.check(family);
        // NTLM's key stream has gone on with the refused ones.
        if (isKerberos) expect(opens((bytes) => bytes)).toEqual(text);
      },
    );
  }

  testOf(family, 'messages')(
    'a thousand signatures that were changed are refused by name',
    async () => {
      const { client, server } = await meet(family);
      server.verify(text, client.sign(text));
      const signature = client.sign(text);
      const refusals = new Refusals();
      for (let round = 0; round < 1000; round++) {
        await refusals.note(() => server.verify(text, change(signature)));
      }
      expect(refusals.count).toBe(1000);
      refusals.check(family);
      if (isKerberos) server.verify(text, signature);
    },
  );
});
