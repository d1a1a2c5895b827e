import { expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { runModule } from '../../harness/support/child.js';
import { handleCount } from '../../harness/support/handle-count.js';
import { handshake } from '../../harness/support/handshake.js';
import { lab, targetName } from '../../harness/support/lab.js';

const packages = lab ? ['Negotiate', 'Kerberos', 'NTLM'] : ['Negotiate', 'NTLM'];
const identity = lab ? { identity: lab.users.alice } : {};

async function handshakes(packageName: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    using outbound = await Credentials.acquire({ package: packageName, ...identity });
    using inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
    using client = new ClientContext(outbound, { targetName });
    using server = new ServerContext(inbound);
    await handshake(client, server);
  }
}

test.each(packages)(
  'a thousand handshakes of %s leave no handle behind',
  { timeout: 180_000 },
  async (packageName) => {
    proves('FreeCredentialsHandle', 'DeleteSecurityContext');
    await handshakes(packageName, 20);
    const before = handleCount();
    await handshakes(packageName, 1000);
    const after = handleCount();
    console.log(`${packageName}: ${before} handles before 1000 handshakes, ${after} after`);
    expect(Math.abs(after - before)).toBeLessThanOrEqual(8);
  },
);

test('handshakes that fail leave no handle behind', { timeout: 60_000 }, async () => {
  const fail = async () => {
    using credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
    using server = new ServerContext(credentials);
    await expect(server.step(Buffer.from('garbage token'))).rejects.toThrow();
  };
  for (let i = 0; i < 10; i++) await fail();
  const before = handleCount();
  for (let i = 0; i < 200; i++) await fail();
  expect(Math.abs(handleCount() - before)).toBeLessThanOrEqual(8);
});

test('contexts and credentials that nobody closed are released by the garbage collector', async () => {
  // The count of NTLM contexts shows in the handles of the process, for each has some of its own.
  const { code, stdout, stderr } = await runModule(
    `
    import { execFileSync } from 'node:child_process';
    import { setImmediate as turn } from 'node:timers/promises';
    import { Credentials } from 'winsspi';
    let freed = 0;
    const registry = new FinalizationRegistry(() => { freed += 1; });
    async function leak() {
      for (let i = 0; i < 100; i++) registry.register(await Credentials.acquire({ package: 'NTLM' }), i);
    }
    await leak();
    for (let i = 0; i < 50 && freed < 90; i++) { gc(); await turn(); }
    console.log(freed >= 90 ? 'released' : 'kept ' + freed);
    `,
    { args: ['--expose-gc'] },
  );
  expect({ code, stdout: stdout.trim(), stderr }).toEqual({
    code: 0,
    stdout: 'released',
    stderr: '',
  });
});
