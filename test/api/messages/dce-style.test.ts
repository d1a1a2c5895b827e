import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TOKEN,
  type SecBuffer,
  type SecurityContext,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { familiesThatChoose, meet, testOf } from '../../harness/support/families.js';
import {
  callsOf,
  checkProviderAfterEach,
  dataAt,
  type ProviderPackage,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';
import { dceToken } from '../../harness/support/sealing.js';

const flags = { dceStyle: true };
const options = { client: { flags }, server: { flags } };

describe.each(familiesThatChoose('Kerberos'))('DCE_STYLE of $title', (family) => {
  const layout = (message: string, token: Buffer) =>
    [
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('request header')],
      [SECBUFFER_DATA, Buffer.from(message)],
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('trailer')],
      [SECBUFFER_TOKEN, token],
    ].map(([type, data]) => ({ type, data }) as SecBuffer);

  testOf(family)(
    'a token takes 76 bytes and begins as on Windows; the stub is encrypted in place',
    async () => {
      proves('read-only buffers', 'DCE header signing');
      const { client, server } = await meet(family, options);
      const stub = 'a stub of 32 bytes, padded by RPC';
      const sealed = client.encryptMessage(layout(stub, dceToken(client)));
      expect(dataAt(sealed, 3).length).toBe(76);
      expect(dataAt(sealed, 3).subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
      expect(sealed[0]).toEqual({
        type: SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM,
        data: Buffer.from('request header'),
      });
      expect(dataAt(sealed, 1).includes('stub')).toBe(false);
      expect(dataAt(server.decryptMessage(sealed).buffers, 1).toString()).toBe(stub);
    },
  );

  testOf(family)('wrapDetached and unwrapDetached keep to it', async () => {
    const { client, server } = await meet(family, options);
    const sealed = client.wrapDetached(Buffer.alloc(32, 'd'));
    expect(sealed.token.length).toBe(76);
    expect(sealed.token.subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
    expect(server.unwrapDetached(sealed).message).toEqual(Buffer.alloc(32, 'd'));
  });

  testOf(family, 'checksum')('a changed header is MessageAlteredError', async () => {
    proves('DCE header signing');
    const { client, server } = await meet(family, options);
    const sealed = client.encryptMessage(layout('0123456789abcdef', dceToken(client)));
    ((sealed[0] as SecBuffer).data as Buffer).write('R');
    expect(() => server.decryptMessage(sealed)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError' }),
    );
  });
});

// TestNtlm has a token of 16 bytes, and TestKerberos one of 76: as SIZES says, and as on Windows.
describe.skipIf(!providerInstalled).each<[string, number, ProviderPackage]>([
  ['NTLM', 16, 'TestNtlm'],
  ['Kerberos', 76, 'TestKerberos'],
])('DCE_STYLE of a package that is called %s, with a token of %d bytes', (model, length, name) => {
  checkProviderAfterEach();

  const text = Buffer.from('the text of the message');

  async function dcePair(): Promise<ProviderPair> {
    provider.behave('windowsNames', 1);
    const pair = await providerPair(name, options);
    expect([pair.client.package, pair.client.flags.dceStyle]).toEqual([model, true]);
    return pair;
  }

  const layout = (token: Uint8Array, message: Uint8Array = Buffer.from(text)) => [
    { type: SECBUFFER_TOKEN, data: token },
    { type: SECBUFFER_DATA, data: message },
  ];

  test.each(['', 'Async'] as const)(
    `encryptMessage%s takes a TOKEN of ${length} bytes, and decryptMessage opens it`,
    async (suffix) => {
      proves('NTLM token size');
      using pair = await dcePair();
      const encrypted = await pair.client[`encryptMessage${suffix}`](layout(Buffer.alloc(length)));
      expect(dataAt(encrypted, 0).length).toBe(length);
      expect(dataAt(encrypted, 1).equals(text)).toBe(false);
      const { buffers } = await pair.server[`decryptMessage${suffix}`](encrypted);
      expect(dataAt(buffers, 1)).toEqual(text);
    },
  );

  test.each(['encryptMessage', 'encryptMessageAsync'] as const)(
    `%s refuses a TOKEN of ${length - 1} bytes before the call`,
    async (method) => {
      proves('short token buffer');
      using pair = await dcePair();
      await expect(
        (async () => pair.client[method](layout(Buffer.alloc(length - 1))))(),
      ).rejects.toThrow(
        expect.objectContaining({
          code: 'ERR_OUT_OF_RANGE',
          message: expect.stringContaining(`It must be >= ${length}, `),
        }),
      );
      expect(callsOf('EncryptMessage')).toEqual([]);
    },
  );

  const wrapInto = (context: SecurityContext, message: Buffer) => {
    const target = Buffer.alloc(message.length + context.wrapOverhead);
    return target.subarray(0, context.wrapInto(target, message));
  };

  test.each<[string, (context: SecurityContext, message: Buffer) => Buffer | Promise<Buffer>]>([
    ['wrap', (context, message) => context.wrap(message)],
    ['wrapAsync', (context, message) => context.wrapAsync(message)],
    ['wrapInto', wrapInto],
  ])(`%s puts a token of ${length} bytes before the message, however long`, async (_, wrap) => {
    using pair = await dcePair();
    for (const size of [0, 1, 16, 75, 76, 4096]) {
      const message = Buffer.alloc(size, 'm');
      const wrapped = await wrap(pair.client, message);
      expect(wrapped.length).toBe(length + size);
      const parts = { token: wrapped.subarray(0, length), message: wrapped.subarray(length) };
      expect(pair.server.unwrapDetached(parts).message).toEqual(message);
    }
  });

  test.each(['unwrap', 'unwrapAsync'] as const)(
    '%s opens what wrap returned, however long the message is',
    async (method) => {
      proves('NTLM token size');
      using pair = await dcePair();
      for (const size of [0, 1, 16, 75, 76, 4096]) {
        const message = Buffer.alloc(size, 'm');
        expect(await pair.server[method](pair.client.wrap(message))).toEqual({
          message,
          encrypted: true,
        });
        const types = callsOf('DecryptMessage')
          .at(-1)
          ?.buffers.map(({ type, length }) => [type, length]);
        if (model === 'NTLM')
          expect(types).toEqual([
            [SECBUFFER_TOKEN, 16],
            [SECBUFFER_DATA, size],
          ]);
      }
    },
  );

  test.each(['unwrap', 'unwrapAsync'] as const)(
    `%s of less than ${length} bytes is InvalidTokenError`,
    async (method) => {
      using pair = await dcePair();
      await expect((async () => pair.server[method](Buffer.alloc(length - 1)))()).rejects.toThrow(
        expect.objectContaining({ name: 'InvalidTokenError', syscall: 'DecryptMessage' }),
      );
    },
  );
});
