import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { type Authentication, NegotiateClient, NegotiateStrategy } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilNothingIsAlive,
} from '../harness/support/provider.js';

const password = 'P4ss-that-nobody-5ees';
const identity = { user: 'alice', domain: 'CORP', password };
const text = Buffer.from('the text of the message');

const inspected = (value: unknown) =>
  inspect(value, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null });
const printed = (value: unknown) => inspected(value) + JSON.stringify(value);

/** The bytes as they could be printed. */
function formsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const hex = buffer.toString('hex');
  const spaced = hex.match(/../g)?.join(' ') as string;
  return [hex, spaced, buffer.toString('base64').slice(0, -4), [...bytes].join(',')];
}

describe.skipIf(!providerInstalled)('what is printed', () => {
  checkProviderAfterEach();

  test('of credentials is their package, their use and their state', async () => {
    const credentials = await Credentials.acquire({ package: 'TestNtlm', identity });
    expect(inspected(credentials)).toBe('Credentials { TestNtlm, outbound, open }');
    expect(JSON.stringify(credentials)).toBe('{}');
    credentials.close();
    expect(inspected(credentials)).toBe('Credentials { TestNtlm, outbound, closed }');
  });

  test('of a context is its package and its state, at every stage', async () => {
    using pair = await newProviderPair('TestKerberos', { identity });
    const { client, server } = pair;
    expect(inspected(client)).toBe('ClientContext { new }');
    const first = await client.step();
    expect(inspected(client)).toBe('ClientContext { negotiating }');
    const step = server.step(first.token);
    expect(inspected(server)).toBe('ServerContext { stepping }');
    await client.step((await step).token);
    server.unwrap(client.wrap(text));
    expect(inspected(client)).toBe('ClientContext { TestKerberos, complete }');
    const key = client.queryAttribute('sessionKey');
    const exported = server.export({ keep: true });
    const imported = ServerContext.import('TestKerberos', exported);
    expect(inspected(imported)).toBe('ServerContext { TestKerberos, complete }');
    for (const context of [client, server, imported]) {
      expect(JSON.stringify(context)).toBe('{}');
      for (const secret of [password, ...formsOf(key), ...formsOf(exported)]) {
        expect(printed(context)).not.toContain(secret);
      }
    }
    imported.close();
    client.close();
    expect(inspected(client)).toBe('ClientContext { TestKerberos, closed }');
  });

  test('of a context that failed is no more', async () => {
    using pair = await newProviderPair('TestKerberos', { identity });
    await expect(pair.server.step(Buffer.from('garbage'))).rejects.toThrow();
    expect(inspected(pair.server)).toBe('ServerContext { failed }');
  });

  test('of errors is what went wrong', async () => {
    using pair = await providerPair('TestKerberos', { identity });
    const sealed = pair.client.wrap(text);
    sealed.writeUInt8((sealed.at(-1) as number) ^ 1, sealed.length - 1);
    provider.fail('AcquireCredentialsHandle', 0x8009030e);
    const aborted = AbortSignal.abort(new Error('no time'));
    const allowedOrigins = ['http://a'];
    const makers = [
      () => Credentials.acquire({ package: 'TestNtlm', identity }),
      () => Credentials.acquire({ package: 'TestNtlm', identity, signal: aborted }),
      () => Credentials.acquire({ package: 'TestStream', identity }),
      () => Credentials.acquire({ package: 'TestNobody', identity }),
      () => Credentials.acquire({ identity: { ...identity, pasword: password } as never }),
      () => Credentials.acquire({ identity: { ...identity, password: { password } } as never }),
      () => Credentials.acquire({ identity: { ...identity, password: `${password}\0` } }),
      () => Credentials.acquire({ identity: password as never }),
      () => Credentials.acquire({ identity: [password] as never }),
      async () => new NegotiateClient({ allowedOrigins, identity, credentials: password as never }),
      async () => new ClientContext(identity as never, { targetName: 'HTTP/a' }),
      async () => pair.server.unwrap(sealed),
    ];
    const errors: Error[] = [];
    for (const make of makers) {
      errors.push(
        await make().then(
          () => expect.unreachable(),
          (error: Error) => error,
        ),
      );
    }
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      expect(printed(error) + error.stack).not.toContain(password);
      for (const secret of formsOf(sealed)) expect(printed(error)).not.toContain(secret);
    }
  });

  test('of the client and the server of HTTP is their state', async () => {
    const results: string[] = [];
    const server = await HttpServer.listen({ package: 'TestKerberos' }, (authentication) => {
      results.push(inspected(authentication satisfies Authentication));
      return inspected(server.authenticator);
    });
    expect(inspected(server.authenticator)).toBe(
      'Authenticator { Negotiate and NTLM, 0 handshakes, open }',
    );
    const allowedOrigins = [`http://127.0.0.1:${server.port}`];
    const client = new NegotiateClient({ package: 'TestKerberos', identity, allowedOrigins });
    expect(inspected(client)).toBe('NegotiateClient { 0 connections, open }');
    const response = await client.fetch(`http://127.0.0.1:${server.port}/`);
    expect(await response.json()).toBe('Authenticator { Negotiate and NTLM, 0 handshakes, open }');
    expect(inspected(client)).toBe('NegotiateClient { 1 connections, open }');
    expect(results).toEqual([expect.stringContaining('context: ServerContext { TestKerberos')]);
    const strategy = new NegotiateStrategy({ package: 'TestKerberos' });
    for (const shown of [...results, printed(client), printed(strategy)]) {
      expect(shown).not.toContain(password);
      expect(shown).not.toMatch(/Negotiate [A-Za-z0-9+/]{20}/);
    }
    strategy.authenticator.close();
    client.close();
    expect(inspected(client)).toBe('NegotiateClient { 0 connections, closed }');
    await server.close();
    expect(inspected(server.authenticator)).toMatch(/closed \}$/);
    await untilNothingIsAlive();
  });
});
