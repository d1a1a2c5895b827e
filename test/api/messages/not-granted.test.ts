import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  type ContextFlag,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  SECQOP_WRAP_OOB_DATA,
  type SecurityContext,
  ServerContext,
} from 'winsspi';
import {
  encryptMethods,
  errorOf,
  incomingMethods,
  signMethods,
} from '../../harness/support/message-methods.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderPackage,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';
import { recordTraces } from '../../harness/support/traces.js';

// Calls whose protection the package did not grant: a package may answer them with a success.

const SEC_E_UNSUPPORTED_FUNCTION = 0x80090302;
const text = Buffer.from('the text of the message');

// ISC_RET_* and ASC_RET_* have these numbers in common.
const replayDetect = 0x4;

const token = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(128) });
const data = () => ({ type: SECBUFFER_DATA, data: Buffer.from(text) });

/** How often the package was asked to protect or to open a message. */
const messageCalls = () =>
  callsOf('EncryptMessage', 'DecryptMessage', 'MakeSignature', 'VerifySignature').length;

/** Two complete contexts to which these flags were granted, as the package says. */
async function pairWith(
  flags: number,
  name: ProviderPackage = 'TestScript',
): Promise<ProviderPair> {
  provider.behave('flags', flags);
  return providerPair(name);
}

const refusal = (operation: string, needed: string) =>
  expect.objectContaining({
    name: 'Error',
    code: 'ERR_SSPI_NOT_GRANTED',
    message:
      `${operation} needs ${needed}, which the package did not grant. List what must be granted in ` +
      '"requiredFlags"',
  });

const noEncryption = { encrypt: false } as const;

describe.skipIf(!providerInstalled).each([
  ['no flag', 0],
  ['mutualAuthentication alone', 0x2],
])('a context to which the package granted %s', (_, flags) => {
  checkProviderAfterEach();

  const anySigning = 'integrity, replayDetect, sequenceDetect or confidentiality';

  test.each([...signMethods, ...incomingMethods])(
    'refuses $name before the call',
    async ({ name: operation, call }) => {
      using pair = await pairWith(flags);
      for (const context of [pair.client, pair.server]) {
        expect(await errorOf(() => call(context))).toEqual(refusal(operation, anySigning));
      }
      expect(messageCalls()).toBe(0);
    },
  );

  test.each(encryptMethods)(
    'refuses $name before the call, with encryption and without',
    async ({ name: operation, call }) => {
      using pair = await pairWith(flags);
      for (const context of [pair.client, pair.server]) {
        expect(await errorOf(() => call(context))).toEqual(refusal(operation, 'confidentiality'));
        expect(await errorOf(() => call(context, noEncryption))).toEqual(
          refusal(operation, anySigning),
        );
      }
      expect(messageCalls()).toBe(0);
    },
  );
});

describe.skipIf(!providerInstalled)('a context without confidentiality', () => {
  checkProviderAfterEach();

  test.each(encryptMethods)(
    'refuses $name before the call, and signs with encrypt: false',
    async ({ name: operation, call }) => {
      using pair = await pairWith(replayDetect);
      expect(await errorOf(() => call(pair.client))).toEqual(refusal(operation, 'confidentiality'));
      expect(messageCalls()).toBe(0);
      await call(pair.client, noEncryption);
      expect(callsOf('EncryptMessage')).toMatchObject([{ qop: SECQOP_WRAP_NO_ENCRYPT }]);
    },
  );

  test.each(['encryptMessage', 'encryptMessageAsync'] as const)(
    'refuses %s with every qop but SECQOP_WRAP_NO_ENCRYPT',
    async (name) => {
      using pair = await pairWith(replayDetect);
      for (const qop of [0, 1, SECQOP_WRAP_OOB_DATA, 0x80000000]) {
        const call = () => pair.client[name]([token(), data()], { qop });
        expect(await errorOf(call)).toEqual(refusal(name, 'confidentiality'));
      }
      expect(messageCalls()).toBe(0);
    },
  );

  test.each(signMethods)('makes the call of $name', async ({ call }) => {
    using pair = await pairWith(replayDetect);
    await call(pair.client);
    expect(messageCalls()).toBe(1);
  });

  test.each(incomingMethods)('makes the call of $name', async ({ syscall, call }) => {
    using pair = await pairWith(replayDetect);
    expect(await errorOf(() => call(pair.client))).toMatchObject({ syscall });
    expect(messageCalls()).toBe(1);
  });

  // TestNull answers SEC_E_OK with the plaintext and the qop 0, as the server of Wine's NTLM does.
  test.each<[string, (context: SecurityContext, token: Buffer, message: Buffer) => unknown]>([
    ['unwrap', (context, ...parts) => context.unwrap(Buffer.concat(parts))],
    ['unwrapAsync', (context, ...parts) => context.unwrapAsync(Buffer.concat(parts))],
    ['unwrapDetached', (context, token, message) => context.unwrapDetached({ token, message })],
  ])('%s says that no message was encrypted, whatever the qop', async (_, open) => {
    using pair = await pairWith(replayDetect, 'TestNull');
    expect(await open(pair.server, Buffer.alloc(16), text)).toEqual({
      message: text,
      encrypted: false,
    });
  });

  test.each([
    ['decryptMessage', 'unwrap:end'],
    ['decryptMessageAsync', 'unwrap:asyncEnd'],
  ] as const)(
    'a trace of %s says that no message was encrypted, whatever the qop',
    async (name, end) => {
      using pair = await pairWith(replayDetect, 'TestNull');
      using recording = recordTraces(['unwrap']);
      expect((await pair.server[name]([token(), data()])).qop).toBe(0);
      expect(recording.messages(end)).toMatchObject([{ operation: name, encrypted: false }]);
    },
  );
});

describe.skipIf(!providerInstalled)('a signature', () => {
  checkProviderAfterEach();

  test.each<[ContextFlag, number, number]>([
    ['replayDetect', 0x4, 0x4],
    ['sequenceDetect', 0x8, 0x8],
    ['confidentiality', 0x10, 0x10],
    ['integrity', 0x10000, 0x20000],
  ])('needs no more than %s', async (flag, clientBit, serverBit) => {
    for (const [side, bit] of [
      ['client', clientBit],
      ['server', serverBit],
    ] as const) {
      using pair = await pairWith(bit);
      expect(pair[side].flags[flag]).toBe(true);
      expect(pair[side].sign(text).length).toBe(28);
    }
  });
});

describe.skipIf(!providerInstalled)('an imported context', () => {
  checkProviderAfterEach();

  const kinds = [
    ['client', ClientContext],
    ['server', ServerContext],
  ] as const;

  test.each(kinds)(
    'of a %s protects every message where the package does not say what it granted',
    async (side, kind) => {
      using pair = await providerPair('TestScript');
      const exported = pair[side].export();
      provider.fail('QueryContextAttributes', SEC_E_UNSUPPORTED_FUNCTION);
      using imported = kind.import('TestScript', exported);
      expect(Object.values(imported.flags).some(Boolean)).toBe(false);
      const peer = pair[side === 'client' ? 'server' : 'client'];
      peer.verify(text, imported.sign(text));
      expect(peer.unwrap(imported.wrap(text))).toEqual({ message: text, encrypted: true });
      expect(imported.unwrap(peer.wrap(text))).toEqual({ message: text, encrypted: true });
    },
  );

  test.each(kinds)(
    'of a %s is refused what the package says that it did not grant',
    async (side, kind) => {
      using pair = await providerPair('TestScript');
      const exported = pair[side].export();
      provider.behave('flags', replayDetect);
      using imported = kind.import('TestScript', exported);
      expect(await errorOf(() => imported.wrap(text))).toEqual(refusal('wrap', 'confidentiality'));
      imported.sign(text);
    },
  );
});
