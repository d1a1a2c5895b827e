import { afterAll, describe, expect, test } from 'vitest';
import { ClientContext, type Credentials, type SecurityContext, ServerContext } from 'winsspi';
import { Attempts, type Change, minute, times } from '../../harness/fuzz/attempts.js';
import { Growth } from '../../harness/fuzz/growth.js';
import { credentialsOf, type Target, targets } from '../../harness/fuzz/targets.js';
import { testOf } from '../../harness/support/families.js';
import { handshake } from '../../harness/support/handshake.js';
import { targetName } from '../../harness/support/lab.js';

// Tokens that were changed on their way, to each side of each package, at each leg. The second half
// must leave what the first one left.

const attempts = new Attempts();
const growth = new Growth();

/** How many tokens of each leg are changed: making a later one takes a handshake up to there. */
const counts = [1500, 250, 250] as const;

type Both = Record<'outbound' | 'inbound', Credentials>;

/** The side that takes the token of a leg, and the token. */
async function leadTo(
  leg: number,
  { client, server }: Record<'client' | 'server', SecurityContext>,
) {
  let token = (await client.step()).token as Buffer;
  const sides = [server, client, server] as const;
  for (const side of sides.slice(0, leg)) token = (await side.step(token)).token as Buffer;
  return { side: sides[leg] as SecurityContext, token };
}

function changed(target: Target, token: Buffer, change: Change): Buffer {
  for (;;) {
    const other = change(token);
    if (!target.isBrokenBy(other)) return other;
  }
}

/** Steps with a changed token of one leg. Gives how many were refused. */
async function strangers(target: Target, leg: number, { outbound, inbound }: Both, count: number) {
  using first = new ClientContext(outbound, { targetName });
  const { token: firstToken } = await first.step();
  const kind = { title: `${target.title}, leg ${leg}`, count, codes: target.garbageCodes };
  return attempts.make(kind, async (change) => {
    using client = new ClientContext(outbound, { targetName });
    using server = new ServerContext(inbound);
    const { side, token } =
      leg === 0
        ? { side: server, token: firstToken as Buffer }
        : await leadTo(leg, { client, server });
    await side.step(changed(target, token, change));
  });
}

describe.each(['the first half', 'the second half'])('%s', () => {
  for (const target of targets) {
    for (let leg = 0; leg < target.tokens; leg++) {
      const count = Math.min((counts[leg] as number) * times, target.strangers);
      testOf(target)(
        `${target.title}: ${count} tokens of leg ${leg + 1} that were changed, and then a good handshake`,
        async () => {
          const both = await credentialsOf(target);
          using outbound = both.outbound;
          using inbound = both.inbound;
          const refused = await strangers(target, leg, { outbound, inbound }, count);
          // Some change what no one reads: NTLM's first tokens are not protected.
          expect(refused).toBeGreaterThan(count / 3);
          using client = new ClientContext(outbound, { targetName });
          using server = new ServerContext(inbound);
          await handshake(client, server);
          expect([client.done, server.done]).toEqual([true, true]);
        },
        minute,
      );
    }
  }

  test('has left no more than the half before', () => growth.check());
});

afterAll(() => console.log(`Changed tokens: ${attempts}\n${growth}`));
