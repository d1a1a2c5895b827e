import { describe, expect, test } from 'vitest';
import { ClientContext, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { runModule } from '../../harness/support/child.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderPackage,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const withCode = (code: string) => expect.objectContaining({ code });

describe.skipIf(!providerInstalled)('an exported context', () => {
  checkProviderAfterEach();

  test('goes on where it is imported, and is closed where it was', async () => {
    proves('ExportSecurityContext', 'ImportSecurityContext');
    using pair = await providerPair('TestKerberos');
    pair.server.unwrap(pair.client.wrap(text));
    const sealed = pair.client.wrap(text);
    const exported = pair.server.export();
    expect(() => pair.server.unwrap(sealed)).toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    using imported = ServerContext.import('TestKerberos', exported);
    expect(imported).toBeInstanceOf(ServerContext);
    expect(imported.done).toBe(true);
    expect(imported.package).toBe('TestKerberos');
    expect(imported.flags).toMatchObject({ confidentiality: true, integrity: true });
    expect(imported.expiry).toEqual(new Date('2040-01-02T03:04:05Z'));
    expect(imported.unwrap(sealed).message).toEqual(text);
    expect(pair.client.unwrap(imported.wrap(text)).message).toEqual(text);
    expect(imported.queryAttribute('sessionKey')).toEqual(pair.client.queryAttribute('sessionKey'));
  });

  test('of a client goes on where it is imported, too', async () => {
    using pair = await providerPair('TestKerberos');
    using imported = ClientContext.import('TestKerberos', pair.client.export());
    expect(imported).toBeInstanceOf(ClientContext);
    expect(pair.server.unwrap(imported.wrap(text)).message).toEqual(text);
  });

  test('has no flags and no expiry where its package gives none', async () => {
    using pair = await providerPair('TestStream');
    using imported = ClientContext.import('TestStream', pair.client.export());
    expect(imported.expiry).toBe(undefined);
    expect(Object.values(imported.flags).some(Boolean)).toBe(false);
  });

  test('is another handle, and both are deleted', async () => {
    using pair = await providerPair('TestScript');
    const before = callsOf('AcceptSecurityContext')[0]?.newHandle;
    const imported = ServerContext.import('TestScript', pair.server.export());
    expect(callsOf('ExportSecurityContext')).toMatchObject([{ handle: before, flags: 0 }]);
    expect(callsOf('DeleteSecurityContext')).toMatchObject([{ handle: before }]);
    expect(callsOf('ImportSecurityContext')).toMatchObject([
      { package: 'TestScript', withToken: 0 },
    ]);
    imported.close();
    expect(callsOf('DeleteSecurityContext').length).toBe(2);
  });

  test('with keep goes on here as well', async () => {
    using pair = await providerPair('TestKerberos');
    using imported = ServerContext.import('TestKerberos', pair.server.export({ keep: true }));
    const sealed = pair.client.wrap(text);
    expect(pair.server.unwrap(sealed).message).toEqual(text);
    expect(imported.unwrap(sealed).message).toEqual(text);
  });

  test('with reset counts its messages from the start', async () => {
    proves('ExportSecurityContext');
    using pair = await providerPair('TestKerberos');
    const [first, second] = [pair.client.wrap(text), pair.client.wrap(text)];
    pair.server.unwrap(first);
    const exported = pair.server.export({ reset: true });
    expect(callsOf('ExportSecurityContext')[0]?.flags).toBe(1);
    using imported = ServerContext.import('TestKerberos', exported);
    expect(() => imported.unwrap(second)).toThrow(
      expect.objectContaining({ name: 'OutOfSequenceError' }),
    );
    expect(imported.unwrap(first).message).toEqual(text);
  });

  test('comes without an access token, which is for this process alone', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('exportToken', 1);
    const exported = pair.server.export({ keep: true });
    expect(callsOf('ExportSecurityContext')[0]?.wantsToken).toBe(0);
    expect(provider.counters()).toMatchObject({ tokens: 0, buffers: 0 });
    ServerContext.import('TestScript', exported).close();
  });

  test('has what "requiredFlags" lists, or is refused and deleted', async () => {
    using pair = await providerPair('TestKerberos');
    const exported = pair.server.export();
    const requiredFlags = ['confidentiality'] as const;
    ServerContext.import('TestKerberos', exported, { requiredFlags }).close();
    expect(() =>
      ServerContext.import('TestKerberos', exported, { requiredFlags: ['delegate'] }),
    ).toThrow(withCode('ERR_SSPI_REQUIREMENT_NOT_MET'));
    expect(() =>
      ServerContext.import('TestKerberos', exported, { requiredFlag: requiredFlags } as never),
    ).toThrow(/Did you mean 'requiredFlags'\?/);
    expect(provider.counters().contexts).toBe(1);
  });

  test('has no steps left', async () => {
    using pair = await providerPair('TestKerberos');
    using imported = ClientContext.import('TestKerberos', pair.client.export());
    await expect(imported.step(text)).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
  });

  test('knows its client', async () => {
    using pair = await providerPair('TestScript');
    using imported = ServerContext.import('TestScript', pair.server.export());
    expect((await imported.identity()).sid).toMatch(/^S-1-/);
    expect(imported.impersonate(() => provider.impersonating())).toBe(true);
  });

  test.each<ProviderPackage>(['TestKerberos', 'TestNtlm'])(
    'of %s works in another process',
    async (name) => {
      proves('ExportSecurityContext', 'ImportSecurityContext');
      using pair = await providerPair(name);
      const { token, message } = pair.client.wrapDetached(text);
      const exported = pair.server.export();
      const { stdout, stderr } = await runModule(`
        import { ServerContext } from 'winsspi';
        const [exported, token, message] = ${JSON.stringify(
          [exported, token, message].map((bytes) => bytes.toString('hex')),
        )}.map((text) => Buffer.from(text, 'hex'));
        const context = ServerContext.import('${name}', exported);
        console.log(context.unwrapDetached({ token, message }).message.toString());`);
      expect([stdout.trim(), stderr]).toEqual([text.toString(), '']);
    },
  );
});

describe.skipIf(!providerInstalled)('export and import', () => {
  checkProviderAfterEach();

  test('before the end of the handshake: ERR_SSPI_CONTEXT_INCOMPLETE', async () => {
    using pair = await newProviderPair('TestKerberos');
    expect(() => pair.client.export()).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    expect(callsOf('ExportSecurityContext')).toEqual([]);
  });

  test('a failed export leaves the context as it was', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('ExportSecurityContext', 0x80090302);
    expect(() => pair.client.export()).toThrow(
      expect.objectContaining({
        name: 'UnsupportedFunctionError',
        syscall: 'ExportSecurityContext',
      }),
    );
    expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
  });

  test.each([
    ['memory', 'nullPointers'],
    ['bytes', 'emptySecrets'],
  ] as const)(
    'a success without %s is an error, and the context stays open',
    async (_, behaviour) => {
      proves('FreeContextBuffer');
      using pair = await providerPair('TestScript');
      provider.behave(behaviour, 1);
      expect(() => pair.client.export()).toThrow(
        expect.objectContaining({
          code: 'SEC_E_INTERNAL_ERROR',
          syscall: 'ExportSecurityContext',
        }),
      );
      provider.behave(behaviour, 0);
      expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
      using imported = ClientContext.import('TestScript', pair.client.export());
      expect(pair.server.unwrap(imported.wrap(text)).message).toEqual(text);
    },
  );

  test('a failure that leaves a pointer and a length: neither is used, and the context stays open', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('exportFails', 1);
    expect(() => pair.client.export()).toThrow(
      expect.objectContaining({
        code: 'SEC_E_INSUFFICIENT_MEMORY',
        syscall: 'ExportSecurityContext',
      }),
    );
    expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.alloc(64, 7)],
  ])('%s is InvalidTokenError', (_, exported) => {
    expect(() => ServerContext.import('TestScript', exported)).toThrow(
      expect.objectContaining({ name: 'InvalidTokenError', syscall: 'ImportSecurityContext' }),
    );
  });

  test('every changed byte is InvalidTokenError', async () => {
    proves('ImportSecurityContext');
    using pair = await providerPair('TestScript');
    const exported = pair.client.export();
    for (let index = 0; index < exported.length; index++) {
      const changed = Buffer.from(exported);
      changed.writeUInt8((changed[index] as number) ^ 1, index);
      expect(() => ClientContext.import('TestScript', changed)).toThrow(
        expect.objectContaining({ name: 'InvalidTokenError' }),
      );
    }
  });

  test("another package's is InvalidTokenError, and an unknown one PackageNotFoundError", async () => {
    using pair = await providerPair('TestScript');
    const exported = pair.client.export();
    expect(() => ClientContext.import('TestKerberos', exported)).toThrow(
      expect.objectContaining({ name: 'InvalidTokenError' }),
    );
    expect(() => ClientContext.import('TestNobody', exported)).toThrow(
      expect.objectContaining({ name: 'PackageNotFoundError' }),
    );
  });

  test.each([
    ['an unknown option', () => ({ kep: true })],
    ['keep that is no boolean', () => ({ keep: 1 })],
  ])('%s is refused', async (_, options) => {
    using pair = await providerPair('TestScript');
    expect(() => pair.client.export(options() as never)).toThrow(TypeError);
    expect(callsOf('ExportSecurityContext')).toEqual([]);
  });

  test.each([
    ['text', 'TestScript', 'text'],
    ['no package', '', Buffer.alloc(64)],
  ])('import refuses %s', (_, name, exported) => {
    expect(() => ServerContext.import(name, exported as never)).toThrow(TypeError);
    expect(callsOf('ImportSecurityContext')).toEqual([]);
  });
});
