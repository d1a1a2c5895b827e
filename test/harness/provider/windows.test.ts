import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  type ContextFlags,
  Credentials,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  ServerContext,
} from 'winsspi';
import type { Binding, NativeAcquired, NativeFailure } from '../../../lib/addon/binding.js';
import { handshake, type Leg } from '../support/handshake.js';
import {
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  type ProviderPackage,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../support/provider.js';

// What was observed of Windows, which Wine does otherwise or not at all: the provider plays it.

const binding: Binding = createRequire(import.meta.url)(
  '../../../prebuilds/win32-x64/node.napi.node',
);
const text = Buffer.from('the text of the message');
const named = (name: string, syscall: string) => expect.objectContaining({ name, syscall });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const nothing = {
  confidentiality: false,
  integrity: false,
  replayDetect: false,
  sequenceDetect: false,
} satisfies ContextFlags;

/** Two contexts of which this library does not know what was granted to them. */
async function pairWithUnknownFlags(name: ProviderPackage, flags: ContextFlags) {
  using pair = await providerPair(name, { client: { flags }, server: { flags } });
  const import_ = <Context>(
    from: { import(name: string, bytes: Uint8Array): Context },
    bytes: Buffer,
  ) => {
    provider.fail('QueryContextAttributes', 0x80090302);
    return from.import(name, bytes);
  };
  const client = import_(ClientContext, pair.client.export());
  const server = import_(ServerContext, pair.server.export());
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

const signArray = (context: ClientContext, qop = 0) => {
  const buffers = [
    { type: SECBUFFER_DATA, data: Buffer.from(text) },
    { type: SECBUFFER_TOKEN, data: Buffer.alloc(64) },
  ];
  return dataAt(context.makeSignature(buffers, { qop }), 1);
};

describe.skipIf(!providerInstalled)('messages of a context to which little was granted', () => {
  checkProviderAfterEach();

  test('NTLM without integrity: one signature for everything, which verifies', async () => {
    using pair = await pairWithUnknownFlags('TestNtlm', nothing);
    const signature = signArray(pair.client);
    expect(hex(signature)).toBe('01000000000000000000000000000000');
    expect(signArray(pair.client)).toEqual(signature);
    const verify = (message: string, token: Buffer) =>
      pair.server.verifySignature([
        { type: SECBUFFER_DATA, data: Buffer.from(message) },
        { type: SECBUFFER_TOKEN, data: token },
      ]);
    expect(verify('another message', signature)).toEqual({ qop: 0 });
    expect(() => verify('another message', Buffer.alloc(16))).toThrow(
      named('MessageAlteredError', 'VerifySignature'),
    );
  });

  test.each([
    ['integrity', { ...nothing, integrity: true }],
    ['replayDetect', { ...nothing, replayDetect: true }],
    ['sequenceDetect', { ...nothing, sequenceDetect: true }],
  ] as const)(
    'NTLM with %s alone: a version, a checksum and the number of the message',
    async (_, flags) => {
      using pair = await pairWithUnknownFlags('TestNtlm', flags);
      const signatures = [0, 1].map(() => signArray(pair.client));
      signatures.forEach((signature, number) => {
        expect(signature.length).toBe(16);
        expect(signature.readUInt32LE(0)).toBe(1);
        expect(signature.readUInt32LE(12)).toBe(number);
      });
      expect(signatures[0]?.subarray(4, 12)).not.toEqual(signatures[1]?.subarray(4, 12));
    },
  );

  test.each([
    ['TestKerberos', 0],
    ['TestNtlm', 0],
    ['TestNtlm', SECQOP_WRAP_NO_ENCRYPT],
  ] as const)('%s without confidentiality encrypts nothing: qop %d', async (name, qop) => {
    using pair = await pairWithUnknownFlags(name, { confidentiality: false });
    expect(() =>
      pair.client.encryptMessage(
        [
          { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
          { type: SECBUFFER_DATA, data: Buffer.from(text) },
        ],
        { qop },
      ),
    ).toThrow(named('UnsupportedFunctionError', 'EncryptMessage'));
  });

  test('Kerberos without confidentiality wraps what it does not encrypt', async () => {
    using pair = await providerPair('TestKerberos', {
      client: { flags: { confidentiality: false } },
      server: { flags: { confidentiality: false } },
    });
    const sealed = pair.client.wrap(text, { encrypt: false });
    expect(pair.server.unwrap(sealed)).toEqual({ message: text, encrypted: false });
  });

  test('Kerberos signs with no other quality of protection', async () => {
    using pair = await providerPair('TestKerberos');
    expect(() => signArray(pair.client, SECQOP_WRAP_NO_ENCRYPT)).toThrow(
      named('InvalidTokenError', 'MakeSignature'),
    );
    expect(() => signArray(pair.client, 1)).toThrow(named('QopNotSupportedError', 'MakeSignature'));
  });
});

describe.skipIf(!providerInstalled)('DCE_STYLE', () => {
  checkProviderAfterEach();

  const flags = { dceStyle: true };
  const sealedToken = (context: ClientContext) => {
    const buffers = [
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ];
    return dataAt(context.encryptMessage(buffers), 0);
  };

  test('Kerberos takes three tokens, and its messages one of 76 bytes', async () => {
    using pair = await newProviderPair('TestKerberos', { client: { flags }, server: { flags } });
    const legs = await handshake(pair.client, pair.server);
    expect(legs.map(({ side, done, token }) => [side, done, !!token])).toEqual([
      ['client', false, true],
      ['server', false, true],
      ['client', true, true],
      ['server', true, false],
    ]);
    const token = sealedToken(pair.client);
    expect(token.length).toBe(76);
    expect(hex(token.subarray(0, 8))).toBe('050406ff0010001c');
  });

  test('NTLM has its usual three tokens, and a message one of 16 bytes', async () => {
    using pair = await newProviderPair('TestNtlm', { client: { flags }, server: { flags } });
    expect((await handshake(pair.client, pair.server)).length).toBe(4);
    expect(pair.client.queryAttribute('sizes').securityTrailer).toBe(16);
    expect(pair.client.wrapDetached(text).token.length).toBe(16);
  });
});

const outline = (legs: Leg[]) =>
  legs.map(({ side, status, token }) => [side, status, token ? token[0] : undefined]);

describe.skipIf(!providerInstalled)('Negotiate', () => {
  checkProviderAfterEach();

  const OFFER = 0x60;
  const ANSWER = 0xa1;
  const RAW = 'T'.charCodeAt(0);

  test('with Kerberos takes two tokens', async () => {
    using pair = await newProviderPair('TestNegotiate');
    expect(outline(await handshake(pair.client, pair.server))).toEqual([
      ['client', 'SEC_I_CONTINUE_NEEDED', OFFER],
      ['server', 'SEC_E_OK', ANSWER],
      ['client', 'SEC_E_OK', undefined],
    ]);
    expect([pair.client.package, pair.server.package]).toEqual(['TestKerberos', 'TestKerberos']);
    expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
  });

  test.each([
    ['Kerberos in DCE style', 0, true, 'TestKerberos'],
    ['NTLM', 1, false, 'TestNtlm'],
  ] as const)(
    'with %s takes four tokens: the server completes with the last, the client without one',
    async (_, mechanism, dceStyle, name) => {
      provider.behave('mechanism', mechanism);
      const flags = { dceStyle };
      using pair = await newProviderPair('TestNegotiate', { client: { flags }, server: { flags } });
      expect(outline(await handshake(pair.client, pair.server))).toEqual([
        ['client', 'SEC_I_CONTINUE_NEEDED', OFFER],
        ['server', 'SEC_I_CONTINUE_NEEDED', ANSWER],
        ['client', 'SEC_I_CONTINUE_NEEDED', ANSWER],
        ['server', 'SEC_E_OK', ANSWER],
        ['client', 'SEC_E_OK', undefined],
      ]);
      expect([pair.client.package, pair.server.package]).toEqual([name, name]);
      pair.server.verify(text, pair.client.sign(text));
    },
  );

  test("where NTLM is the only mechanism, NTLM's own tokens are sent and taken", async () => {
    provider.behave('mechanism', 2);
    using pair = await newProviderPair('TestNegotiate');
    expect(outline(await handshake(pair.client, pair.server))).toEqual([
      ['client', 'SEC_I_CONTINUE_NEEDED', RAW],
      ['server', 'SEC_I_CONTINUE_NEEDED', RAW],
      ['client', 'SEC_E_OK', RAW],
      ['server', 'SEC_E_OK', undefined],
    ]);
    expect([pair.client.package, pair.server.package]).toEqual(['TestNtlm', 'TestNtlm']);
  });

  // OBJECT IDENTIFIERs, in DER.
  const mechanisms = {
    '1.2.840.48018.1.2.2': '06092a864882f712010202',
    '1.2.840.113554.1.2.2': '06092a864886f712010202',
    '1.3.6.1.4.1.311.2.2.30': '060a2b06010401823702021e',
    '1.3.6.1.4.1.311.2.2.10': '060a2b06010401823702020a',
  };

  async function offered(packageList?: string): Promise<string> {
    using credentials = await Credentials.acquire({
      package: 'TestNegotiate',
      ...(packageList && { packageList }),
    });
    using client = new ClientContext(credentials, { targetName: 'HTTP/a' });
    return hex((await client.step()).token as Buffer);
  }

  test('offers two names of Kerberos, NegoEx and NTLM, in this order', async () => {
    expect(await offered()).toContain(Object.values(mechanisms).join(''));
  });

  test("offers no NTLM with '!ntlm', and fails where nothing else is possible", async () => {
    const token = await offered('!ntlm');
    expect(token).toContain(Object.values(mechanisms).slice(0, 3).join(''));
    expect(token).not.toContain(mechanisms['1.3.6.1.4.1.311.2.2.10']);
    provider.behave('mechanism', 1);
    await expect(offered('!ntlm')).rejects.toThrow(
      named('UnsupportedFunctionError', 'InitializeSecurityContext'),
    );
  });

  test.each([
    ['TestNtlm', 'SEC_E_INVALID_TOKEN'],
    ['TestKerberos', 'SEC_E_INSUFFICIENT_MEMORY'],
  ] as const)('a server of %s that gets SPNEGO says %s', async (name, code) => {
    using negotiate = await newProviderPair('TestNegotiate');
    using other = await newProviderPair(name);
    const { token } = await negotiate.client.step();
    await expect(other.server.step(token)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!providerInstalled)('a step', () => {
  checkProviderAfterEach();

  /** The addon itself: a context of the library has failed for good. */
  async function newContext() {
    const settled = <Value>(start: (settle: (value: Value | NativeFailure) => void) => number) =>
      new Promise<Value | NativeFailure>((resolve) => start(resolve));
    const acquired = await settled<NativeAcquired>((settle) =>
      binding.acquireCredentials(
        {
          package: 'TestNtlm',
          use: 2,
          principal: undefined,
          identity: undefined,
          packageList: undefined,
        },
        settle,
      ),
    );
    if (!('handle' in acquired)) throw new Error(acquired.syscall);
    const context = binding.createContext(acquired.handle, false, 'HTTP/a', 0, undefined);
    const step = (token?: Uint8Array) => settled((settle) => binding.step(context, token, settle));
    const close = () => {
      binding.closeContext(context);
      binding.closeCredentials(acquired.handle);
    };
    return { step, [Symbol.dispose]: close };
  }

  test('after one that failed on a later leg is SEC_E_OUT_OF_SEQUENCE', async () => {
    using context = await newContext();
    await context.step();
    expect(await context.step(Buffer.from('garbage'))).toMatchObject({ status: 0x80090308 });
    expect(await context.step(Buffer.from('garbage'))).toMatchObject({ status: 0x80090310 });
  });
});

describe.skipIf(!providerInstalled)('the access token', () => {
  checkProviderAfterEach();

  const identityOf = async (pair: ProviderPair) => {
    const { sid, groups } = await pair.server.identity();
    return {
      sid,
      groups: groups.map((group) => [group.sid, group.attributes.includes('enabled')]),
    };
  };

  test('of ANONYMOUS LOGON has its SID, beside integrity and confidentiality', async () => {
    using pair = await providerPair('TestNtlm');
    provider.behave('client', 1);
    expect(await identityOf(pair)).toEqual({ sid: 'S-1-5-7', groups: [['S-1-5-2', true]] });
    expect(pair.server.flags).toMatchObject({ integrity: true, confidentiality: true });
    expect(await pair.server.isMemberOf('S-1-5-7')).toBe(true);
    expect(await pair.server.isMemberOf('S-1-5-11')).toBe(false);
  });

  test("of Guest is the machine's account 501, in the group S-1-5-32-546", async () => {
    using pair = await providerPair('TestNtlm');
    provider.behave('client', 2);
    const { sid, groups } = await identityOf(pair);
    expect(sid).toBe('S-1-5-21-1-2-3-501');
    expect(groups).toContainEqual(['S-1-5-32-546', true]);
    expect(await pair.server.isMemberOf('S-1-5-32-546')).toBe(true);
  });

  test("of a member of the domain's guests has the group 514", async () => {
    using pair = await providerPair('TestNtlm');
    provider.behave('client', 3);
    expect((await identityOf(pair)).groups).toContainEqual(['S-1-5-21-1-2-3-514', true]);
  });
});
