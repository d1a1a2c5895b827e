import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext, SspiError } from 'winsspi';
import { GssPeer } from '../harness/support/gss-peer.js';
import { lab, needsDomain, targetName, theLab } from '../harness/support/lab.js';
import { mutated, randomNumbers } from '../harness/support/random.js';
import { breaksNtlm } from '../harness/support/wine.js';

// What strangers send and only another program makes for Wine's packages: SPNEGO, and messages that
// NTLM's accepting side sealed.

/** An error that is a package's, and says what the package can say. */
function check(error: unknown, syscall: string): void {
  expect(error).toBeInstanceOf(SspiError);
  expect(error).toMatchObject({ syscall, code: expect.stringMatching(/^SEC_E_/) });
}

describe.skipIf(!lab)(`what was changed on its way from a GSS-API peer (${needsDomain})`, () => {
  test("a hundred SPNEGO tokens at Negotiate's server", { timeout: 60_000 }, async () => {
    using peer = await GssPeer.open({
      role: 'initiator',
      mech: 'spnego',
      target: 'HTTP@localhost',
    });
    const token = (await peer.step()).token as Buffer;
    const random = randomNumbers(3);
    using credentials = await Credentials.acquire({ use: 'inbound' });
    let refused = 0;
    for (let i = 0; i < 100; i++) {
      let changed = mutated(token, random);
      while (breaksNtlm(changed)) changed = mutated(token, random);
      using context = new ServerContext(credentials);
      await context.step(changed).catch((error) => {
        check(error, 'AcceptSecurityContext');
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(50);
  });

  test('a thousand messages of NTLM, each of which is refused', async () => {
    using credentials = await Credentials.acquire({
      package: 'NTLM',
      identity: theLab().users.alice,
    });
    using context = new ClientContext(credentials, { targetName });
    using peer = await GssPeer.open({ role: 'acceptor', mech: 'ntlm' });
    const { token: challenge } = await peer.step((await context.step()).token);
    await peer.step((await context.step(challenge)).token);
    const sealed = await peer.wrap(Buffer.from('a message that strangers change'));
    const random = randomNumbers(4);
    for (let i = 0; i < 1000; i++) {
      const parts = { token: sealed.subarray(0, 16), message: sealed.subarray(16) };
      const name = random(2) === 0 ? 'token' : 'message';
      const changed = { ...parts, [name]: mutated(parts[name], random) };
      let refusal: unknown;
      try {
        context.unwrapDetached(changed);
      } catch (error) {
        refusal = error;
      }
      check(refusal, 'DecryptMessage');
    }
  });
});
