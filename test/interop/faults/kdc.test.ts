import { describe, expect, test } from 'vitest';
import { runWithKdc } from '../../harness/support/fault-child.js';
import { lab, needsDomain, theLab } from '../../harness/support/lab.js';

const unreachable = {
  name: 'NoAuthorityError',
  code: 'SEC_E_NO_AUTHENTICATING_AUTHORITY',
  syscall: 'InitializeSecurityContext',
  message: expect.stringContaining('domain controller'),
};

describe.each(['Kerberos', 'Negotiate'] as const)('a KDC of %s', (model) => {
  const inLab = lab ? test : test.skip;
  const run = (text: string) => runWithKdc(theLab().packages[model], text);
  const title = (name: string) => (lab ? name : `${name} (skipped: ${needsDomain})`);

  inLab(
    title('that stops is an error of its own, and forgotten when it is back'),
    async () => {
      const lines = await run(`
        const before = await meet();
        await kdc.stop();
        say(await refused(meet()));
        say(exchange(before, 'goes on'));
        await kdc.start();
        const after = await meet();
        say(after.client.done, exchange(after, 'as ever'));
        process.exit();
      `);
      expect(lines).toEqual([unreachable, 'goes on', [true, 'as ever']]);
    },
    60_000,
  );

  inLab(
    title('that stops does not spoil credentials that were acquired before'),
    async () => {
      const lines = await run(`
        const outbound = await Credentials.acquire({ package: packageName, identity, ...packageList });
        await kdc.stop();
        say(await refused(meet({ outbound })));
        await kdc.start();
        say(exchange(await meet({ outbound }), 'as ever'));
        process.exit();
      `);
      expect(lines).toEqual([unreachable, 'as ever']);
    },
    60_000,
  );

  inLab(
    title('that cuts the connection in the middle of a logon is an error, and forgotten'),
    async () => {
      const lines = await run(`
        kdc.hold();
        const meeting = refused(meet());
        await until(() => kdc.waiting > 0);
        await kdc.stop();
        say(await meeting);
        kdc.release();
        await kdc.start();
        say(exchange(await meet(), 'as ever'));
        process.exit();
      `);
      expect(lines).toEqual([unreachable, 'as ever']);
    },
    60_000,
  );

  inLab(
    title('that answers slowly holds its own logon only'),
    async () => {
      const lines = await run(`
        const before = await meet();
        kdc.hold();
        let done = false;
        const meeting = meet().finally(() => { done = true; });
        await until(() => kdc.waiting > 0);
        for (let i = 0; i < 20; i++) {
          exchange(before, 'goes on');
          await delay(1);
        }
        // Of another account, which needs no KDC.
        const ntlm = await Credentials.acquire({ package: 'LabNTLM', identity });
        const { token } = await new ClientContext(ntlm, { targetName }).step();
        say(token.length > 0, done);
        kdc.release();
        say(exchange(await meeting, 'late'));
        process.exit();
      `);
      expect(lines).toEqual([[true, false], 'late']);
    },
    60_000,
  );

  inLab(
    title('that never answers leaves no thread and no handle behind an aborted logon'),
    async () => {
      const lines = await run(`
        async function giveUp() {
          kdc.hold();
          const controller = new AbortController();
          const meetings = Array.from({ length: 8 }, () =>
            refused(meet({ signal: controller.signal })));
          await until(() => kdc.waiting === 8);
          controller.abort();
          const names = (await Promise.all(meetings)).map(({ name }) => name);
          const running = kdc.waiting;
          await kdc.stop();
          kdc.release();
          await kdc.start();
          return [...new Set(names), running];
        }
        (await meet()).close();
        await giveUp();
        const threads = () => provider.threads().length;
        await untilSteady(threads);
        const before = { threads: threads(), handles: handles() };
        say(await giveUp());
        (await meet()).close();
        await until(() => threads() <= before.threads);
        say(handles() - before.handles <= 8);
        process.exit();
      `);
      expect(lines).toEqual([['AbortError', 8], true]);
    },
    90_000,
  );
});
