import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  Credentials,
  type IdentityOptions,
  SspiError,
  type StepResult,
} from 'winsspi';
import { runModule } from '../harness/support/child.js';
import { clientOf, HttpConnection, HttpServer, tokenIn } from '../harness/support/http.js';
import { lab, theLab } from '../harness/support/lab.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
} from '../harness/support/provider.js';
import { addonPath } from '../harness/support/provider-child.js';

// The defects that bindings of SSPI have had, a test for each: it fails on a binding that has it.
// docs/defects.md lists them.

const text = Buffer.from('the text of the message');
const withCode = (code: string) => expect.objectContaining({ code });

describe.skipIf(!providerInstalled)('a context is complete', () => {
  checkProviderAfterEach();

  test('at the end of the handshake, and not when a leg is still to come', async () => {
    using pair = await newProviderPair('TestNtlm');
    const first = await pair.client.step();
    const second = await pair.server.step(first.token);
    for (const [context, { done, status }] of [
      [pair.client, first],
      [pair.server, second],
    ] as const) {
      expect([context.done, done, status]).toEqual([false, false, 'SEC_I_CONTINUE_NEEDED']);
      expect(() => context.wrap(text)).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    }
    const third = await pair.client.step(second.token);
    await pair.server.step(third.token);
    expect([pair.client.done, pair.server.done]).toEqual([true, true]);
  });
});

describe.skipIf(!providerInstalled)('an identity whose password has another key', () => {
  checkProviderAfterEach();

  test('is refused with the right key, and nobody logs on in its place', async () => {
    const acquire = (identity: object) =>
      Credentials.acquire({ package: 'TestScript', identity: identity as IdentityOptions });
    await expect(acquire({ user: 'alice', pass: 'x' })).rejects.toThrow(/password/);
    await expect(acquire({ user: 'alice', password: 'x', pass: 'y' })).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("Did you mean 'password'?"),
      }),
    );
    expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
  });
});

describe.skipIf(!providerInstalled)('a word for a flag', () => {
  checkProviderAfterEach();
  const none = {
    ...{ mutualAuthentication: false, replayDetect: false, sequenceDetect: false },
    ...{ confidentiality: false, integrity: false },
  };

  // Of sspi.h. In GSS-API 0x20 is integrity, which here would ask for a session key alone.
  test.each([
    ['delegate', 0x1],
    ['mutualAuthentication', 0x2],
    ['replayDetect', 0x4],
    ['sequenceDetect', 0x8],
    ['confidentiality', 0x10],
    ['integrity', 0x10000],
  ])('%s asks Windows for what it says: %i', async (word, bit) => {
    using pair = await newProviderPair('TestScript', {
      client: { flags: { ...none, [word]: true } },
    });
    await pair.client.step();
    expect(callsOf('InitializeSecurityContext').map(({ flags }) => flags)).toEqual([bit]);
  });
});

describe.skipIf(!providerInstalled)('steps of one context at the same time', () => {
  checkProviderAfterEach();

  test('are refused but for the first, which goes on as if it were alone', async () => {
    using pair = await newProviderPair('TestNtlm');
    provider.hold('InitializeSecurityContext');
    const first = pair.client.step();
    const others = Array.from({ length: 8 }, () => pair.client.step());
    for (const other of others) {
      await expect(other).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    }
    await untilCalled('InitializeSecurityContext');
    provider.release('InitializeSecurityContext');
    const { token } = await first;
    expect(token?.length).toBeGreaterThan(0);
    expect(callsOf('InitializeSecurityContext').length).toBe(1);
    const { token: answer } = await pair.server.step(token);
    await pair.server.step((await pair.client.step(answer)).token);
    pair.server.verify(text, pair.client.sign(text));
    expect([pair.client.done, pair.server.done]).toEqual([true, true]);
  });
});

describe('a handle that was made up', () => {
  test('is refused, and the process lives', async () => {
    const forged = `[undefined, null, 0, 1n, '0x0000000012345678', {}, [], Buffer.alloc(16, 0x41),
      Object.create(Credentials.prototype), Object.create(ClientContext.prototype)]`;
    const { code, stdout, stderr } = await runModule(`
      import { ClientContext, Credentials, ServerContext } from ${JSON.stringify(
        new URL('../../dist/index.mjs', import.meta.url).href,
      )};
      const uses = [
        (handle) => new ClientContext(handle, { targetName: 'HTTP/a' }),
        (handle) => new ServerContext(handle),
        ...['step', 'wrap', 'unwrap', 'sign', 'queryAttribute', 'identity', 'impersonate', 'export']
          .map((name) => (handle) => ServerContext.prototype[name].call(handle, Buffer.alloc(1))),
        ...['query', 'add', 'set'].map((name) =>
          (handle) => Credentials.prototype[name].call(handle, 'names')),
      ];
      const outcomes = new Set();
      for (const use of uses) for (const handle of ${forged}) {
        try {
          await use(handle);
          outcomes.add('accepted ' + use);
        } catch (error) {
          const refused = error instanceof TypeError || error.code === 'ERR_SSPI_CREDENTIALS_CLOSED';
          outcomes.add(refused ? 'refused' : error.stack + use);
        }
      }
      console.log(...outcomes);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'refused\n', stderr: '' });
  });

  test('is refused by the addon itself, though it is the handle of something else', async () => {
    const { code, stdout, stderr } = await runModule(`
      import { createRequire } from 'node:module';
      import { ClientContext, Credentials } from ${JSON.stringify(
        new URL('../../dist/index.mjs', import.meta.url).href,
      )};
      const binding = createRequire(import.meta.url)(${JSON.stringify(addonPath)});
      const { createContext } = binding;
      const handles = [];
      binding.createContext = (credentials, ...others) => {
        const context = createContext(credentials, ...others);
        handles.push(credentials, context);
        return context;
      };
      new ClientContext(await Credentials.acquire({ package: 'NTLM' }), { targetName: 'HTTP/a' });
      const [credentials, context] = handles;
      for (const use of [
        () => binding.messageFunction(credentials)(Buffer.alloc(1)),
        () => binding.step(credentials, undefined, () => {}),
        () => binding.closeContext(credentials),
        () => createContext(context, false, 'HTTP/a', 0, undefined),
        () => binding.closeCredentials(context),
      ]) {
        try {
          use();
          console.log('accepted ' + use);
        } catch (error) {
          console.log(error.code);
        }
      }
    `);
    const refusal = 'ERR_INVALID_ARG_TYPE';
    expect({ code, refusals: stdout.trim().split(/\r?\n/), stderr }).toEqual({
      code: 0,
      refusals: Array(5).fill(refusal),
      stderr: '',
    });
  });
});

describe.skipIf(!providerInstalled)('a refused step', () => {
  checkProviderAfterEach();

  // One that is known, one that is not.
  test.each([
    [0x8009030c, /^AcceptSecurityContext: SEC_E_LOGON_DENIED \(0x8009030C\): [\x20-\x7e]+$/],
    [0x80097fff, /^AcceptSecurityContext: 0x80097FFF[\x20-\x7e]*$/],
  ])('has an error of known words alone, and no token: %i', async (status, message) => {
    const errors: SspiError[] = [];
    for (let i = 0; i < 3; i++) {
      using pair = await newProviderPair('TestScript');
      const { token } = await pair.client.step();
      provider.fail('AcceptSecurityContext', status);
      errors.push(await pair.server.step(token).catch((error) => error));
    }
    for (const error of errors) {
      expect(error).toBeInstanceOf(SspiError);
      expect(error.message).toMatch(message);
      expect(error.message).toBe(errors[0]?.message);
      expect(Object.keys(error).toSorted()).toEqual(['code', 'status', 'syscall']);
      expect(inspect(error, { showHidden: true, depth: null })).not.toMatch(/Buffer|Uint8Array/);
    }
  });

  test('gives no token where the package wrote none, however much room it had', async () => {
    using pair = await newProviderPair('TestScript');
    provider.behave('unwrittenOutput', 1);
    expect((await pair.client.step()).token).toBeUndefined();
  });
});

describe.skipIf(!providerInstalled)('impersonation', () => {
  checkProviderAfterEach();

  test('ends with the callback, though it throws', async () => {
    using pair = await providerPair('TestScript');
    const fail = () => {
      expect(provider.impersonating()).toBe(true);
      throw new Error('in the callback');
    };
    expect(() => pair.server.impersonate(fail)).toThrow('in the callback');
    expect(provider.impersonating()).toBe(false);
    expect(callsOf('RevertSecurityContext').length).toBe(1);
  });
});

describe.skipIf(!providerInstalled)('a handshake of an HTTP server', () => {
  checkProviderAfterEach();

  async function legs(connection: HttpConnection, context: ClientContext, headers = {}) {
    const { token } = await context.step();
    const first = await connection.get(headersOf(token, headers));
    return context.step(tokenIn(first.challenges));
  }
  const headersOf = (token: Buffer | undefined, headers = {}) => ({
    ...headers,
    authorization: `Negotiate ${token?.toString('base64')}`,
  });

  test('belongs to its connection, whatever address a header claims', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using victim = new HttpConnection(server);
    using context = clientOf(credentials);
    const { token } = await legs(victim, context);
    for (const headers of [{}, { 'x-forwarded-for': '10.0.0.1' }]) {
      using stranger = new HttpConnection(server);
      expect((await stranger.get(headersOf(token, headers))).status).not.toBe(200);
      expect((await stranger.get(headers)).status).not.toBe(200);
    }
    expect((await victim.get(headersOf(token))).status).toBe(200);
  });

  test('that is abandoned is gone with its connection', async () => {
    await using server = await HttpServer.listen({
      package: 'TestNtlm',
      handshakeTimeout: 3_600_000,
    });
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    for (let i = 0; i < 20; i++) {
      using connection = new HttpConnection(server);
      using context = clientOf(credentials);
      await legs(connection, context);
    }
    while (server.authenticator.handshakes > 0 || provider.counters().contexts > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

describe.skipIf(!providerInstalled)('a token', () => {
  checkProviderAfterEach();

  const seen = (pair: ProviderPair, token: Uint8Array) => pair.server.step(token);

  test.each([
    ['a Buffer', (token: Buffer) => Buffer.from(token)],
    ['a Uint8Array', (token: Buffer) => new Uint8Array(token)],
    [
      'a range of a larger one',
      (token: Buffer) => Buffer.concat([text, token, text]).subarray(text.length, -text.length),
    ],
  ])('may be %s, and arrives byte by byte', async (_, form) => {
    using pair = await newProviderPair('TestKerberos');
    const { token } = (await pair.client.step()) as StepResult & { token: Buffer };
    expect((await seen(pair, form(token))).done).toBe(true);
    expect(callsOf('AcceptSecurityContext')[0]?.buffers[0]?.bytes).toEqual(token);
  });
});

describe.skipIf(!providerInstalled)('a client', () => {
  checkProviderAfterEach();

  test('sends its channel bindings with the first leg too', async () => {
    const channelBindings = { applicationData: Buffer.from('tls-server-end-point:abc') };
    using _pair = await providerPair('TestNtlm', {
      client: { channelBindings },
      server: { channelBindings },
    });
    const types = callsOf('InitializeSecurityContext').map(({ buffers }) =>
      buffers.some(({ type, bytes }) => type === 14 && bytes.includes('tls-server-end-point:abc')),
    );
    expect(types).toEqual([true, true]);
  });

  test('has room for the largest token of its own package, whichever was used before', async () => {
    using _first = await providerPair('TestNtlm');
    using _second = await providerPair('TestKerberos');
    const rooms = callsOf('InitializeSecurityContext').map(({ room }) => room);
    // 4,096 is room for the small ones too.
    expect(rooms).toEqual([4096, 4096, 48_000, 48_000]);
  });

  test('names its user and its target in any script', async () => {
    const identity = { user: 'Ωμέγα', domain: 'ДОМЕН', password: '密码' };
    using credentials = await Credentials.acquire({ package: 'TestScript', identity });
    using client = new ClientContext(credentials, { targetName: 'HTTP/例え.test' });
    await client.step();
    expect(callsOf('AcquireCredentialsHandle')[0]).toMatchObject({
      user: 'Ωμέγα',
      domain: 'ДОМЕН',
    });
    expect(callsOf('InitializeSecurityContext')[0]?.target).toBe('HTTP/例え.test');
  });

  test('prints no token, even where it is asked to print what it does', async () => {
    const { code, stdout, stderr } = await runModule(
      `
      import { ClientContext, Credentials, ServerContext } from ${JSON.stringify(
        new URL('../../dist/index.mjs', import.meta.url).href,
      )};
      const both = await Credentials.acquire({ package: 'TestKerberos', use: 'both' });
      const client = new ClientContext(both, { targetName: 'HTTP/a' });
      const server = new ServerContext(both);
      const tokens = [];
      for (let side = client, token; tokens.length < 3; side = side === client ? server : client) {
        ({ token } = await side.step(token));
        if (!token) break;
        tokens.push(token);
      }
      console.error(client, server, both);
      console.log(JSON.stringify(tokens.map((token) => token.toString('hex'))));
      `,
      { env: { NODE_DEBUG: 'winsspi' } },
    );
    const tokens: string[] = JSON.parse(stdout);
    expect([code, tokens.length]).toEqual([0, 2]);
    for (const token of tokens) {
      const bytes = Buffer.from(token, 'hex').subarray(0, 16);
      const forms = [bytes.toString('hex'), bytes.toString('base64').slice(0, -4)];
      for (const form of [...forms, bytes.toString('hex').replace(/..\B/g, '$& ')]) {
        expect(stderr).not.toContain(form);
      }
    }
  });
});

describe.skipIf(!lab)('users of an HTTP server who come at the same time', () => {
  test('are each who they are', async () => {
    const { packages, users } = theLab();
    await using server = await HttpServer.listen({ package: packages.NTLM });
    const names = await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        const identity = i % 2 === 0 ? users.alice : users.bob;
        using credentials = await Credentials.acquire({ package: packages.NTLM, identity });
        using connection = new HttpConnection(server);
        using context = clientOf(credentials);
        const { name } = JSON.parse((await connection.logOn(context)).text);
        return String(name).toLowerCase().endsWith(identity.user);
      }),
    );
    expect(names).toEqual(names.map(() => true));
  });
});

describe('memory that is handed out', () => {
  test('is never of the kind that Electron forbids: the addon imports no way to make it', () => {
    const imports = readFileSync(addonPath, 'latin1').match(/(?:napi|node_api)_\w+/g) ?? [];
    expect(imports).toContain('napi_create_object');
    expect(
      imports.filter((name) => /external_(array)?buffer|external_sharedarraybuffer/.test(name)),
    ).toEqual([]);
  });
});
