import { describe, expect } from 'vitest';
import { proves } from '../../harness/proofs/proves.js';
import { families, meet, testOf } from '../../harness/support/families.js';
import type { PairOptions } from '../../harness/support/handshake.js';

const bindings = (text: string) => ({
  channelBindings: { applicationData: Buffer.from(`tls-server-end-point:${text}`) },
});

describe.each(families)('channel bindings of $title', (family) => {
  const bound = (client: PairOptions['client'] = {}, server: PairOptions['server'] = {}) =>
    meet(family, { client, server });
  const bad = { name: 'BadBindingsError', syscall: 'AcceptSecurityContext' };

  testOf(family, 'bindingsTaken')('the same on both sides are accepted', async () => {
    const { client, server } = await bound(bindings('one'), bindings('one'));
    expect([client.done, server.done]).toEqual([true, true]);
  });

  testOf(family, 'bindings')('others are BadBindingsError at the server', async () => {
    proves('channel bindings');
    await expect(bound(bindings('one'), bindings('other'))).rejects.toMatchObject(bad);
  });

  testOf(family, 'bindings')('none of the client are BadBindingsError', async () => {
    proves('channel bindings');
    await expect(bound({}, bindings('one'))).rejects.toMatchObject(bad);
  });

  testOf(family)('none of the client are accepted where the server allows it', async () => {
    const flags = { allowMissingBindings: true };
    const { client, server } = await bound({}, { ...bindings('one'), flags });
    expect([client.done, server.done]).toEqual([true, true]);
  });

  testOf(family, 'bindingsTaken')('none of the server leave the client alone', async () => {
    const { client, server } = await bound(bindings('one'));
    expect([client.done, server.done]).toEqual([true, true]);
  });
});
