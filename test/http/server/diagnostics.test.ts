import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuthenticateTrace } from 'winsspi/http';
import { runModule } from '../../harness/support/child.js';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { start } from '../../harness/support/http-setting.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../../harness/support/provider.js';

const SEC_E_LOGON_DENIED = 0x8009030c;

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();
  const traces: AuthenticateTrace[] = [];
  const record = (message: unknown) => traces.push(message as AuthenticateTrace);
  beforeEach(() => subscribe('winsspi:authenticate', record));
  afterEach(() => {
    unsubscribe('winsspi:authenticate', record);
    traces.length = 0;
  });

  test('counts each request by its result', async () => {
    await using setting = await start('TestNtlm');
    const { authenticator } = setting.server;
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const before = authenticator.counts;
    expect(Object.values(before).every((count) => count === 0)).toBe(true);
    await connection.get();
    await connection.get({ authorization: 'Negotiate !' });
    await connection.get({ authorization: 'Negotiate AAAA' });
    await connection.logOn(context);
    await connection.get();
    await connection.get({ via: '1.1 x' });
    const none = {
      ...{ closed: 0, http11Required: 0, anonymous: 0, guest: 0, wrongTarget: 0, notAllowed: 0 },
      ...{ notKerberos: 0, noTls: 0, busy: 0, timeout: 0, unavailable: 0 },
    };
    expect(authenticator.counts).toEqual({
      ...none,
      ...{ success: 2, challenge: 1, continue: 1, malformed: 1, denied: 1, proxied: 1 },
    });
    expect(Object.values(before).every((count) => count === 0)).toBe(true);
  });

  test('counts a request once that is evaluated twice', async () => {
    await using setting = await start('TestKerberos');
    const { server, authenticator } = setting.server;
    server.prependListener('request', (request, response) => {
      authenticator.evaluate(request, response);
    });
    using connection = new HttpConnection(setting.server);
    await connection.get();
    expect(authenticator.counts.challenge).toBe(1);
    expect(traces.length).toBe(1);
  });

  test('publishes each result, with what authenticated', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    await connection.get();
    await connection.logOn(context);
    await connection.get();
    const duration = expect.any(Number);
    const success = {
      ...{ result: 'success', duration, scheme: 'Negotiate', package: 'TestNtlm' },
      ...{ tokenCount: 3, channelBindings: 'off' },
    };
    expect(traces).toEqual([
      { result: 'failure', reason: 'challenge', statusCode: 401, duration },
      { result: 'failure', reason: 'continue', statusCode: 401, duration },
      success,
      success,
    ]);
    for (const trace of traces) expect(trace.duration).toBeGreaterThanOrEqual(0);
  });

  test('publishes the error of a failure, and one of the server', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    provider.fail('AcceptSecurityContext', SEC_E_LOGON_DENIED);
    await connection.logOn(context);
    setting.server.authenticator.close();
    await connection.get();
    const closed = { result: 'error', error: { code: 'ERR_SSPI_HTTP_CLOSED' } };
    expect(traces).toMatchObject([
      { result: 'failure', reason: 'denied', error: { code: 'SEC_E_LOGON_DENIED' } },
      closed,
    ]);
  });

  test('publishes no user, no address and no byte of a token', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const { text } = await connection.logOn(context);
    const printed = JSON.stringify(traces);
    expect(printed).not.toContain(JSON.stringify(JSON.parse(text).name).slice(1, -1));
    expect(printed).not.toContain('127.0.0.1');
    const names = ['result', 'duration', 'scheme', 'package', 'tokenCount', 'channelBindings'];
    expect(Object.keys(traces[0] ?? {}).sort()).toEqual(names.sort());
  });
});

test('NODE_DEBUG=winsspi prints the result of a request', async () => {
  const text = `
    import { createServer } from 'node:http';
    import { once } from 'node:events';
    import { connect } from 'node:net';
    import { Authenticator } from 'winsspi/http';
    const authenticator = new Authenticator();
    const server = createServer((request, response) => authenticator.authenticate(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(server.address().port, '127.0.0.1');
    socket.end('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n').resume();
    await once(socket, 'close');
    server.close();`;
  const { stderr } = await runModule(text, { env: { NODE_DEBUG: 'winsspi' } });
  expect(stderr).toMatch(/^WINSSPI \d+: authenticate: challenge in \d+\.\d{3} ms\r?$/m);
});
