import { expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { GssPeer } from '../../harness/support/gss-peer.js';
import { establishedPair } from '../../harness/support/handshake.js';
import { lab, theLab } from '../../harness/support/lab.js';

const client = { role: 'initiator', target: 'HTTP@localhost', mech: 'krb5' } as const;

test.skipIf(!lab)(
  'a server refuses clients whose clock is ten minutes ahead, and goes on with all others',
  async () => {
    const packageName = theLab().packages.Kerberos;
    using inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
    const before = await establishedPair({ package: packageName });
    const tokenOf = async (clock?: string) => {
      using peer = await GssPeer.open({ ...client, ...(clock && { clock }) });
      return (await peer.step()).token;
    };
    for (let i = 0; i < 3; i++) {
      using server = new ServerContext(inbound);
      await expect(server.step(await tokenOf('+600s'))).rejects.toMatchObject({
        ...{ name: 'TimeSkewError', code: 'SEC_E_TIME_SKEW', syscall: 'AcceptSecurityContext' },
        message: expect.stringContaining('w32tm /resync'),
      });
    }
    expect(before.server.unwrap(before.client.wrap(Buffer.from('goes on'))).encrypted).toBe(true);
    using server = new ServerContext(inbound);
    expect((await server.step(await tokenOf())).done).toBe(true);
  },
);
