import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientContext, Credentials, tlsServerEndPoint } from 'winsspi';
import type { Authentication, ServerOptions } from 'winsspi/http';
import { clientOf, HttpConnection, HttpServer, tlsFiles } from '../../harness/support/http.js';
import { both, reasons, start } from '../../harness/support/http-setting.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
} from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('extended protection', () => {
  const tls = { tls: true };
  let credentials: Credentials;
  beforeAll(async () => {
    credentials = await Credentials.acquire({ package: 'TestKerberos' });
  });
  afterAll(() => credentials.close());

  test('that is required refuses every request without TLS', async () => {
    const options: ServerOptions = { package: 'TestKerberos', extendedProtection: 'require' };
    await using server = await HttpServer.listen(options);
    using connection = new HttpConnection(server);
    const answer = await connection.get();
    expect([answer.status, answer.challenges]).toEqual([403, []]);
    expect(answer.text).toBe('403 Forbidden. This service must be used over TLS.\n');
  });

  test.each([
    ['off', false, undefined],
    ['allow', true, true],
    ['require', true, false],
  ] as const)('%s: what the context is made with', async (extendedProtection, bound, missing) => {
    const options: ServerOptions = { package: 'TestKerberos', extendedProtection };
    await using server = await HttpServer.listen(options, undefined, tls);
    using connection = new HttpConnection(server, tls);
    using context = clientOf(credentials);
    await connection.logOn(context);
    const call = provider.calls().findLast((one) => one.function === 'AcceptSecurityContext');
    const SECBUFFER_CHANNEL_BINDINGS = 14;
    const bindings = call?.buffers.find(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS);
    expect(bindings?.bytes.includes('tls-server-end-point:') ?? false).toBe(bound);
    const ASC_REQ_ALLOW_MISSING_BINDINGS = 0x10000000;
    const flags = (call?.flags as number) & ASC_REQ_ALLOW_MISSING_BINDINGS;
    expect(flags !== 0).toBe(missing ?? false);
  });

  test.each([
    ['off', true, 'off'],
    ['allow', true, 'allowed'],
    ['require', true, 'verified'],
    ['allow', false, 'off'],
  ] as const)(
    '%s, over TLS: %s, is %s for the server',
    async (extendedProtection, overTls, state) => {
      const options: ServerOptions = { package: 'TestKerberos', extendedProtection };
      const handler = (auth: Authentication) => auth.channelBindings;
      await using server = await HttpServer.listen(options, handler, { tls: overTls });
      using connection = new HttpConnection(server, { tls: overTls });
      const channelBindings = tlsServerEndPoint(new X509Certificate(tlsFiles.cert));
      using context = new ClientContext(credentials, {
        targetName: 'HTTP/localhost',
        ...(overTls && extendedProtection !== 'off' && { channelBindings }),
      });
      const answer = await connection.logOn(context);
      expect([answer.status, answer.text]).toEqual([200, JSON.stringify(state)]);
    },
  );
});

// The scripted package reports this name, whatever the client asked for.
const target = 'HTTP/s\u00e9rver.corp.test';

describe.skipIf(!providerInstalled)('the name of the service that a client asked for', () => {
  checkProviderAfterEach();

  async function ask(options: ServerOptions, { tls = false, name = 'TestScript' } = {}) {
    await using setting = await start(name as ProviderPackage, options, { tls });
    using connection = new HttpConnection(setting.server, { tls });
    const channelBindings = tlsServerEndPoint(new X509Certificate(tlsFiles.cert));
    using context = new ClientContext(setting.credentials, {
      targetName: 'HTTP/localhost',
      ...(tls && { channelBindings }),
    });
    const { status, challenges } = await connection.logOn(context);
    return { status, challenges, reasons: reasons(setting).filter((one) => one !== 'continue') };
  }

  const accepted = { status: 200, reasons: [] };
  const refused = { status: 401, challenges: both, reasons: ['wrongTarget'] };
  const other = ['HTTP/other', 'HTTP/s\u00e9rver'];

  test.each([
    ['allow', [...other, target], accepted],
    ['allow', [target.toUpperCase()], accepted],
    ['allow', other, refused],
    ['require', [target], accepted],
    ['require', other, refused],
  ] as const)(
    '%s: must be one of %j without TLS',
    async (extendedProtection, targetNames, result) => {
      expect(await ask({ extendedProtection, targetNames })).toMatchObject(result);
    },
  );

  test.each([
    ['allow', accepted],
    ['require', refused],
  ] as const)(
    '%s: is missing where a package does not report it',
    async (extendedProtection, result) => {
      const options = { extendedProtection, targetNames: [target] };
      expect(await ask(options, { name: 'TestKerberos' })).toMatchObject(result);
    },
  );

  test('is not looked at over TLS, where the channel bindings are', async () => {
    const options: ServerOptions = { extendedProtection: 'allow', targetNames: other };
    expect(await ask(options, { tls: true })).toMatchObject(accepted);
  });

  test('is not looked at without the option', async () => {
    expect(await ask({})).toMatchObject(accepted);
  });
});
