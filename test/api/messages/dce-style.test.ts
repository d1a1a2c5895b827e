import { describe, expect } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TOKEN,
  type SecBuffer,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { familiesThatChoose, meet, testOf } from '../../harness/support/families.js';

describe.each(familiesThatChoose('Kerberos'))('DCE_STYLE of $title', (family) => {
  const flags = { dceStyle: true };
  const layout = (message: string) =>
    [
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('request header')],
      [SECBUFFER_DATA, Buffer.from(message)],
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('trailer')],
      [SECBUFFER_TOKEN, Buffer.alloc(76)],
    ].map(([type, data]) => ({ type, data }) as SecBuffer);
  const bytes = (buffers: SecBuffer[], index: number) =>
    Buffer.from((buffers[index] as SecBuffer).data as Uint8Array);

  testOf(family)(
    'a token takes 76 bytes and begins as on Windows; the stub is encrypted in place',
    async () => {
      proves('read-only buffers', 'DCE header signing');
      const { client, server } = await meet(family, { client: { flags }, server: { flags } });
      const stub = 'a stub of 32 bytes, padded by RPC';
      const sealed = client.encryptMessage(layout(stub));
      expect(bytes(sealed, 3).length).toBe(76);
      expect(bytes(sealed, 3).subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
      expect(sealed[0]).toEqual({
        type: SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM,
        data: Buffer.from('request header'),
      });
      expect(bytes(sealed, 1).includes('stub')).toBe(false);
      expect(bytes(server.decryptMessage(sealed).buffers, 1).toString()).toBe(stub);
    },
  );

  testOf(family)('wrapDetached and unwrapDetached keep to it', async () => {
    const { client, server } = await meet(family, { client: { flags }, server: { flags } });
    const sealed = client.wrapDetached(Buffer.alloc(32, 'd'));
    expect(sealed.token.length).toBe(76);
    expect(sealed.token.subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
    expect(server.unwrapDetached(sealed).message).toEqual(Buffer.alloc(32, 'd'));
  });

  testOf(family, 'checksum')('a changed header is MessageAlteredError', async () => {
    proves('DCE header signing');
    const { client, server } = await meet(family, { client: { flags }, server: { flags } });
    const sealed = client.encryptMessage(layout('0123456789abcdef'));
    ((sealed[0] as SecBuffer).data as Buffer).write('R');
    expect(() => server.decryptMessage(sealed)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError' }),
    );
  });
});
