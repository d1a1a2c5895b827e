import { describe, expect } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  clientName,
  familiesOf,
  meet,
  siblingOf,
  testOf,
  unmet,
} from '../../harness/support/families.js';
import { handshake } from '../../harness/support/handshake.js';
import { theLab } from '../../harness/support/lab.js';

const OPTIMISTIC_SPNEGO = 0x60;
const unknownTarget = { client: { targetName: 'HTTP/unknown.corp.test' } };

describe.each(familiesOf('Negotiate'))('$title', (family) => {
  testOf(
    family,
    'domain',
    'spnego',
  )('its tokens are SPNEGO, and the first offers Kerberos and NTLM', async () => {
    const { client } = await unmet(family);
    const token = (await client.step()).token as Buffer;
    expect(token[0]).toBe(OPTIMISTIC_SPNEGO);
    expect(token.indexOf(Buffer.from('2b0601050502', 'hex'))).toBeLessThan(10);
    const [kerberos, ntlm] = ['2a864886f712010202', '2b06010401823702020a'].map((oid) =>
      token.indexOf(Buffer.from(oid, 'hex')),
    ) as [number, number];
    expect(kerberos).toBeGreaterThan(0);
    expect(ntlm).toBeGreaterThan(kerberos);
  });

  testOf(
    family,
    'domain',
    'packageList',
  )('takes NTLM where Kerberos is not allowed, with a mechListMIC', async () => {
    proves('explicit identity', 'messages after mechListMIC');
    using outbound = await Credentials.acquire({
      package: family.package,
      identity: theLab().users.alice,
      packageList: '!Kerberos',
    });
    using inbound = await Credentials.acquire({ package: family.package, use: 'inbound' });
    using client = new ClientContext(outbound, { targetName: theLab().service.spn });
    using server = new ServerContext(inbound);
    await handshake(client, server);
    expect([client.package, server.package]).toEqual(['NTLM', 'NTLM']);
    expect(server.queryAttribute('names').userName).toBe(clientName);
    const sealed = client.wrapDetached(Buffer.from('after the mechListMIC'));
    expect(server.unwrapDetached(sealed).message.toString()).toBe('after the mechListMIC');
    const answer = server.wrapDetached(Buffer.from('and back'));
    expect(client.unwrapDetached(answer).message.toString()).toBe('and back');
  });

  testOf(family, 'domain')(
    'falls back to NTLM for a target that Kerberos does not know',
    async () => {
      proves('required flags');
      const { client, server } = await meet(family, unknownTarget);
      expect([client.package, server.done]).toEqual(['NTLM', true]);
      expect(client.flags.mutualAuthentication).toBe(false);
    },
  );

  testOf(
    family,
    'domain',
    'acceptedPackage',
  )('its server says that it fell back', async () => {
    expect((await meet(family, unknownTarget)).server.package).toBe('NTLM');
  });

  for (const model of ['Kerberos', 'NTLM'] as const) {
    const met = async () => {
      const { client } = await unmet(siblingOf(family, model));
      const { server } = await unmet(family);
      await handshake(client, server);
      return { client, server };
    };

    testOf(family, 'domain')(`its server accepts a bare token of ${model}`, async () => {
      const { client, server } = await met();
      expect([client.done, server.done]).toEqual([true, true]);
    });

    testOf(
      family,
      'domain',
      ...(model === 'NTLM' ? (['acceptedPackage'] as const) : []),
    )(`its server says that a bare token was ${model}'s`, async () => {
      expect((await met()).server.package).toBe(model);
    });
  }
});
