import { describe, expect, test } from 'vitest';
import {
  SCHANNEL_SHUTDOWN,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
} from 'winsspi';
import { runModule } from '../harness/support/child.js';
import { handshake } from '../harness/support/handshake.js';
import {
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../harness/support/provider.js';
import { withProvider } from '../harness/support/provider-child.js';

// A package breaks the contract of SSPI. What it gets wrong must never become memory that is read, or
// an answer that looks like one.

const text = Buffer.from('the text of the message');

describe.skipIf(!providerInstalled)('a package that writes to the descriptors of buffers', () => {
  checkProviderAfterEach();

  describe.each([
    [1, 'a count of 0x7fffffff'],
    [2, 'a count of 0'],
    [3, 'an array that is not there'],
  ])('case %d, %s', (kind) => {
    test.each([['TestKerberos'], ['TestNtlm'], ['TestStream']] as const)(
      'changes no token of a handshake of %s',
      async (name) => {
        using pair = await newProviderPair(name);
        provider.behave('descriptor', kind);
        await handshake(pair.client, pair.server);
        expect([pair.client.done, pair.server.done]).toEqual([true, true]);
      },
    );

    test('changes no token that CompleteAuthToken completes', async () => {
      using pair = await newProviderPair('TestScript');
      provider.behave('tokens', 3);
      const { token: hello } = await pair.client.step();
      const { token: challenge } = await pair.server.step(hello);
      provider.behave('complete', 1);
      provider.behave('descriptor', kind);
      const { token, done } = await pair.client.step(challenge);
      expect(token?.subarray(-4).toString()).toBe('DONE');
      expect(done).toBe(true);
    });

    test('hides neither what is missing of a record nor what was left of it', async () => {
      using pair = await newProviderPair('TestStream');
      const token = (await pair.client.step()).token as Buffer;
      provider.behave('descriptor', kind);
      await expect(pair.server.step(token.subarray(0, 20))).rejects.toMatchObject({
        name: 'IncompleteMessageError',
        missing: token.length - 20,
      });
      const extra = Buffer.from('the next record');
      const result = await pair.server.step(Buffer.concat([token, extra]));
      expect(result.extra).toEqual(extra);
    });

    test('changes no message and no signature', async () => {
      using pair = await providerPair('TestKerberos');
      provider.behave('descriptor', kind);
      expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
      const sealed = pair.client.encryptMessage([
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
        { type: SECBUFFER_DATA, data: Buffer.from(text) },
      ]);
      pair.server.decryptMessage(sealed);
      expect(dataAt(sealed, 1)).toEqual(text);
      pair.server.verify(text, pair.client.sign(text));
      expect((await pair.server.unwrapAsync(await pair.client.wrapAsync(text))).message).toEqual(
        text,
      );
    });

    test('changes no record, and no control token', async () => {
      using pair = await providerPair('TestStream');
      provider.behave('descriptor', kind);
      const sealed = pair.client.encryptMessage([
        { type: SECBUFFER_STREAM_HEADER, data: Buffer.alloc(5) },
        { type: SECBUFFER_DATA, data: Buffer.from(text) },
        { type: SECBUFFER_STREAM_TRAILER, data: Buffer.alloc(64) },
        { type: SECBUFFER_EMPTY, data: null },
      ]);
      const record = Buffer.concat([0, 1, 2].map((index) => dataAt(sealed, index)));
      const opened = pair.server.decryptMessage([
        { type: SECBUFFER_DATA, data: record },
        ...[0, 1, 2].map(() => ({ type: SECBUFFER_EMPTY, data: null })),
      ]);
      expect(dataAt(opened.buffers, 1)).toEqual(text);
      const shutdown = Buffer.alloc(4);
      shutdown.writeUInt32LE(SCHANNEL_SHUTDOWN);
      pair.client.applyControlToken([{ type: SECBUFFER_TOKEN, data: shutdown }]);
      expect((await pair.client.step()).token?.[0]).toBe(0x15);
    });
  });
});

describe.skipIf(!providerInstalled)('a success without what was asked for', () => {
  checkProviderAfterEach();

  test.each([
    ['sessionKey', 'nullPointers'],
    ['sessionKey', 'emptySecrets'],
    ['keyingMaterial', 'nullPointers'],
    ['keyingMaterial', 'emptySecrets'],
    ['names', 'nullPointers'],
    ['packageInfo', 'nullPointers'],
    ['remoteCertContext', 'nullPointers'],
    ['uniqueBindings', 'nullPointers'],
    ['endpointBindings', 'nullPointers'],
  ] as const)('is an error of the attribute %s, with %s', async (name, behaviour) => {
    using pair = await providerPair('TestScript');
    provider.behave(behaviour, 1);
    expect(() => pair.client.queryAttribute(name)).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', syscall: 'QueryContextAttributes' }),
    );
  });
});

test.skipIf(!providerInstalled)(
  'a thread that cannot be turned back from its client ends the process, which says why',
  async () => {
    const { code, stdout, stderr } = await runModule(`${withProvider}
      import { ClientContext, Credentials, ServerContext } from 'winsspi';
      const outbound = await Credentials.acquire({ package: 'TestScript' });
      const inbound = await Credentials.acquire({ package: 'TestScript', use: 'inbound' });
      async function meet() {
        const client = new ClientContext(outbound, { targetName: 'HTTP/a' });
        const server = new ServerContext(inbound);
        await client.step((await server.step((await client.step()).token)).token);
        return server;
      }
      const [outer, inner] = [await meet(), await meet()];
      outer.impersonate(() => {
        inner.impersonate(() => provider.behave('closesTokens', 1));
        console.log('still the inner client');
      });
      console.log('still a client');
    `);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr.split(/\r?\n/)[0]).toBe(
      'winsspi: a thread that acted as a client could not be turned back',
    );
  },
);
