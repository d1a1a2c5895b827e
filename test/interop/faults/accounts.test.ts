import { afterEach, describe, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { establishedPair, handshake } from '../../harness/support/handshake.js';
import { lab, targetName, theLab } from '../../harness/support/lab.js';
import { refusal, secret } from '../../harness/support/refusal.js';
import { runOnLinux } from '../../harness/support/runner.js';

const lockable = () => theLab().users.lockable;
const options = (packageName: string) => ({ package: packageName, identity: lockable() });

const refused = (syscall: string) =>
  expect.objectContaining({
    name: 'LogonDeniedError',
    code: 'SEC_E_LOGON_DENIED',
    syscall,
    message: expect.stringMatching(/disabled|locked/),
  });

async function sambaTool(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await runOnLinux('samba-tool', args);
  if (code !== 0)
    throw new Error(`samba-tool ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
}

/** As a stranger does: with wrong passwords. */
async function lock(): Promise<void> {
  const wrong = { ...lockable(), password: secret };
  for (let i = 0; i < 3; i++) await refusal(theLab().packages.Kerberos, wrong);
}

const unlock = () => sambaTool('user', 'unlock', lockable().user);

describe.skipIf(!lab)('an account that strangers lock', () => {
  afterEach(unlock);

  test('between acquire and the first step of Kerberos is a refused logon, until it is unlocked', async () => {
    const packageName = theLab().packages.Kerberos;
    using bystander = (await establishedPair({ package: packageName })).client;
    using outbound = await Credentials.acquire(options(packageName));
    using inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
    await lock();
    using locked = new ClientContext(outbound, { targetName });
    await expect(locked.step()).rejects.toThrow(refused('InitializeSecurityContext'));
    expect(bystander.wrap(Buffer.from('goes on')).length).toBeGreaterThan(0);
    await unlock();
    // With the same credentials.
    using client = new ClientContext(outbound, { targetName });
    using server = new ServerContext(inbound);
    await handshake(client, server);
    expect([client.done, server.done]).toEqual([true, true]);
  });

  test('between two legs of NTLM is a refused logon at the server, which lets in others', async () => {
    using outbound = await Credentials.acquire(options('NTLM'));
    using inbound = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
    const begin = async () => {
      const client = new ClientContext(outbound, { targetName });
      const server = new ServerContext(inbound);
      const { token: challenge } = await server.step((await client.step()).token);
      return { server, last: (await client.step(challenge)).token };
    };
    const { server, last } = await begin();
    await lock();
    await expect(server.step(last)).rejects.toThrow(refused('AcceptSecurityContext'));
    expect((await establishedPair({ package: 'NTLM' })).server.done).toBe(true);
    await unlock();
    const again = await begin();
    expect((await again.server.step(again.last)).done).toBe(true);
  });
});
