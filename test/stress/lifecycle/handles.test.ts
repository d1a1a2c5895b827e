import { beforeAll, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { runModule } from '../../harness/support/child.js';
import { handleCount, keepOneThread } from '../../harness/support/handle-count.js';
import { handshake } from '../../harness/support/handshake.js';
import { lab, targetName } from '../../harness/support/lab.js';
import { providerInstalled } from '../../harness/support/provider.js';
import { withContext } from '../../harness/support/provider-child.js';

const packages = lab ? ['Negotiate', 'Kerberos', 'NTLM'] : ['Negotiate', 'NTLM'];
const identity = lab ? { identity: lab.users.alice } : {};

/** What the process may have more at the end than at the start, of work that is done a hundred times and more. */
const allowance = 8;

beforeAll(keepOneThread);

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
  'three hundred handshakes of %s leave no handle behind',
  // On a busy machine, Wine takes a second for a handshake of NTLM: it starts two programs.
  { timeout: 600_000 },
  async (packageName) => {
    proves('FreeCredentialsHandle', 'DeleteSecurityContext');
    await handshakes(packageName, 20);
    const before = handleCount();
    await handshakes(packageName, 300);
    const after = handleCount();
    console.log(`${packageName}: ${before} handles before 300 handshakes, ${after} after`);
    expect(after - before).toBeLessThanOrEqual(allowance);
  },
);

test('handshakes that fail leave no handle behind', { timeout: 120_000 }, async () => {
  const fail = async () => {
    using credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
    using server = new ServerContext(credentials);
    await expect(server.step(Buffer.from('garbage token'))).rejects.toThrow();
  };
  for (let i = 0; i < 10; i++) await fail();
  const before = handleCount();
  for (let i = 0; i < 100; i++) await fail();
  expect(handleCount() - before).toBeLessThanOrEqual(allowance);
});

test.skipIf(!providerInstalled)(
  'the garbage collector gives back contexts and credentials that were not closed',
  async () => {
    const { code, stdout, stderr } = await runModule(
      `${withContext}
      async function leak() {
        for (let i = 0; i < 100; i++) {
          const own = await Credentials.acquire({ package: 'TestScript' });
          await new ClientContext(own, { targetName: 'HTTP/a' }).step();
        }
      }
      await leak();
      await until(() => { gc(); return alive() === 1; });
      const times = (name) => callsOf(name).length;
      console.log(times('DeleteSecurityContext'), times('FreeCredentialsHandle'), alive());
      console.log((await context.step()).status, ...provider.counters().errors);
      `,
      { args: ['--expose-gc'] },
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '100 100 1\nSEC_I_CONTINUE_NEEDED\n',
      stderr: '',
    });
  },
);
