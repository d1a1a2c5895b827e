import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  Credentials,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  ServerContext,
  SspiError,
} from 'winsspi';
import { GssPeer } from '../support/gss-peer.js';
import { establishedPair, handshake, newPair } from '../support/handshake.js';
import { lab, needsDomain, targetName, theLab } from '../support/lab.js';
import { mutated, randomNumbers } from '../support/random.js';
import { breaksWine, handshakesAtOnce } from '../support/wine.js';

// What strangers send: each mutation ends in a typed error or in a step that goes on, never in a
// dead process. The numbers repeat, so that a failure does.

const packages = lab ? ['Negotiate', 'Kerberos', 'NTLM'] : ['Negotiate', 'NTLM'];
const each = 170; // a thousand with three packages and two sides

/** Tokens of a handshake by the side that sends them. */
async function tokensOf(packageName: string): Promise<Record<'client' | 'server', Buffer>> {
  const { client, server } = await newPair({ package: packageName });
  const legs = await handshake(client, server);
  const first = (side: string) => legs.find((leg) => leg.side === side)?.token as Buffer;
  return { client: first('client'), server: first('server') };
}

/** Mutations of a token of a package. */
function tokenMutations(token: Buffer, packageName: string, seed: number): () => Buffer {
  const random = randomNumbers(seed);
  return () => {
    for (;;) {
      const changed = mutated(token, random);
      if (!breaksWine(changed, packageName)) return changed;
    }
  };
}

/** How many of these steps failed with a typed error. Any other failure is the test's. */
async function refusals(steps: Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(steps);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const error of errors) {
    expect(error).toBeInstanceOf(SspiError);
    expect(error.code).toMatch(/^(SEC_E|STATUS)_[A-Z_]+$/);
  }
  return errors.length;
}

describe.each(packages)('mutated tokens of %s', (packageName) => {
  const atOnce = handshakesAtOnce(packageName);

  test('at a server', { timeout: 120_000 }, async () => {
    const { client: token } = await tokensOf(packageName);
    const next = tokenMutations(token, packageName, 1);
    using credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
    let refused = 0;
    for (let i = 0; i < each; i += atOnce) {
      const contexts = Array.from({ length: atOnce }, () => new ServerContext(credentials));
      refused += await refusals(contexts.map((context) => context.step(next())));
      for (const context of contexts) context.close();
    }
    // Some change what no one reads: NTLM's first token is not protected.
    expect(refused).toBeGreaterThan(each / 2);
  });

  test('at a client', { timeout: 120_000 }, async () => {
    const { server: token } = await tokensOf(packageName);
    const next = tokenMutations(token, packageName, 2);
    using credentials = await Credentials.acquire({
      package: packageName,
      ...(lab && { identity: lab.users.alice }),
    });
    let refused = 0;
    for (let i = 0; i < each; i += atOnce) {
      const contexts = Array.from(
        { length: atOnce },
        () => new ClientContext(credentials, { targetName }),
      );
      await Promise.all(contexts.map((context) => context.step()));
      refused += await refusals(contexts.map((context) => context.step(next())));
      for (const context of contexts) context.close();
    }
    expect(refused).toBeGreaterThan(each / 2);
  });

  test('leave the process able to complete a handshake', async () => {
    const { client, server } = await establishedPair({ package: packageName });
    expect([client.done, server.done]).toEqual([true, true]);
  });
});

test.skipIf(!lab)(
  `mutated SPNEGO tokens at a Negotiate server (${needsDomain})`,
  { timeout: 120_000 },
  async () => {
    using peer = await GssPeer.open({
      role: 'initiator',
      mech: 'spnego',
      target: 'HTTP@localhost',
    });
    const token = (await peer.step()).token as Buffer;
    const next = tokenMutations(token, 'Negotiate', 3);
    using credentials = await Credentials.acquire({ use: 'inbound' });
    let refused = 0;
    for (let i = 0; i < 200; i++) {
      using context = new ServerContext(credentials);
      refused += await refusals([context.step(next())]);
    }
    expect(refused).toBeGreaterThan(100);
  },
);

describe('a thousand mutated messages at decryptMessage', () => {
  const text = Buffer.from('a message that strangers change');

  function countRefusals(open: (parts: Parts) => unknown, sealed: Parts): number {
    const random = randomNumbers(4);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const parts: Parts = {
        token: Buffer.from(sealed.token),
        message: Buffer.from(sealed.message),
      };
      const name = random(2) === 0 ? 'token' : 'message';
      parts[name] = mutated(parts[name], random);
      try {
        open(parts);
      } catch (error) {
        expect(error).toBeInstanceOf(SspiError);
        expect(error).toMatchObject({
          syscall: 'DecryptMessage',
          code: expect.stringMatching(/^SEC_E_/),
        });
        refused += 1;
      }
    }
    return refused;
  }

  test('each is refused, and the message as it was still opens', async () => {
    const { client, server } = await establishedPair({ package: lab ? 'Kerberos' : 'Negotiate' });
    const sealed = client.wrapDetached(text);
    const open = ({ token, message }: Parts) =>
      server.decryptMessage([
        { type: SECBUFFER_TOKEN, data: token },
        { type: SECBUFFER_DATA, data: message },
      ]);
    expect(countRefusals(open, sealed)).toBe(1000);
    expect(server.unwrapDetached(sealed).message).toEqual(text);
  });

  test.skipIf(!lab)(`under NTLM each is refused (${needsDomain})`, async () => {
    using credentials = await Credentials.acquire({
      package: 'NTLM',
      identity: theLab().users.alice,
    });
    using context = new ClientContext(credentials, { targetName });
    using peer = await GssPeer.open({ role: 'acceptor', mech: 'ntlm' });
    const { token: challenge } = await peer.step((await context.step()).token);
    await peer.step((await context.step(challenge)).token);
    const sealed = await peer.wrap(text);
    const parts = {
      token: Buffer.from(sealed.subarray(0, 16)),
      message: Buffer.from(sealed.subarray(16)),
    };
    expect(countRefusals((changed) => context.unwrapDetached(changed), parts)).toBe(1000);
  });
});

interface Parts {
  token: Buffer;
  message: Buffer;
}
