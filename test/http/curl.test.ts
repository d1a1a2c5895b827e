import { describe, expect, test } from 'vitest';
import type { AuthenticateFailure, ServerOptions } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { runOnLinux } from '../harness/support/runner.js';

// The server with clients that are not ours: Debian's curl, with MIT's Kerberos and an NTLM of its own.

const names = lab?.packages ?? { Negotiate: '', NTLM: '' };

const listen = (options: ServerOptions = {}, more: { tls?: boolean } = {}) =>
  HttpServer.listen({ package: names.Negotiate, ...options }, undefined, more);

interface Asked {
  readonly statuses: number[];
  readonly body: string;
  readonly code: number | string;
}

interface Way {
  user?: 'alice' | 'bob';
  scheme?: string;
  host?: string;
}

/** What curl got: the status of each leg, and the last body. */
async function curl(
  server: HttpServer,
  args: string[],
  { user, scheme = 'http', host = 'localhost' }: Way = {},
): Promise<Asked> {
  const url = `${scheme}://${host}:${server.port}/`;
  const { code, stdout } = await runOnLinux(
    'curl',
    ['--silent', '--include', '--max-time', '20', ...args, url],
    user && { user },
  );
  const statuses = [...stdout.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
  return { statuses, body: stdout.slice(stdout.lastIndexOf('\r\n\r\n') + 4), code };
}

describe.skipIf(!lab)(`curl (${needsDomain})`, () => {
  test.each(['alice', 'bob'] as const)(
    '--negotiate comes in as %s, with a ticket',
    async (user) => {
      await using server = await listen();
      const { statuses, body } = await curl(server, ['--negotiate', '--user', ':'], { user });
      expect(statuses).toEqual([200]); // curl does not wait to be asked
      expect(JSON.parse(body)).toEqual({ name: `CORP\\${user}`, package: 'Kerberos' });
    },
  );

  test('--anyauth comes in with a ticket when it is asked', async () => {
    await using server = await listen();
    const args = ['--anyauth', '--user', ':', '--data', 'a body'];
    const { statuses, body } = await curl(server, args, { user: 'bob' });
    expect(statuses).toEqual([401, 200]);
    expect(JSON.parse(body).name).toBe('CORP\\bob');
  });

  test('--negotiate without a ticket is refused', async () => {
    await using server = await listen();
    const { statuses } = await curl(server, ['--negotiate', '--user', ':']);
    expect(statuses).toEqual([401]);
  });

  test('--negotiate comes in with NTLM within SPNEGO where there is no ticket, in three legs', async () => {
    await using server = await listen();
    const url = `http://127.0.0.1:${server.port}/second`; // a host that the domain does not know
    const args = ['--negotiate', '--user', ':', url];
    const { statuses, body } = await curl(server, args, { user: 'alice', host: '127.0.0.1' });
    expect(statuses).toEqual([401, 200, 200]);
    expect(JSON.parse(body)).toEqual({ name: 'CORP\\alice', package: 'NTLM' });
  });

  test.each(['Negotiate', 'NTLM'] as const)(
    '--ntlm comes in by name in three legs, to the package %s, and a wrong password does not',
    async (name) => {
      const failures: AuthenticateFailure[] = [];
      const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
      await using server = await listen({ package: names[name], onAuthenticationFailed });
      const { password } = theLab().users.bob;
      const right = await curl(server, ['--ntlm', '--user', `CORP\\bob:${password}`]);
      expect(right.statuses).toEqual([401, 200]);
      expect(JSON.parse(right.body)).toEqual({ name: 'CORP\\bob', package: 'NTLM' });
      const wrong = await curl(server, ['--ntlm', '--user', 'CORP\\bob:wrong']);
      expect(wrong.statuses).toEqual([401, 401]);
      expect(failures.map(({ reason, error }) => [reason, error?.name])).toEqual([
        ['continue', undefined],
        ['continue', undefined],
        ['denied', 'LogonDeniedError'],
      ]);
      expect(server.authenticator.handshakes).toBe(0);
    },
  );

  // Against the domain, by winbind: an NTLM that is neither curl's nor the bridge's. It cannot say who
  // the client is.
  test("--ntlm passes three legs of Wine's NTLM, and a wrong password does not", async () => {
    const none = { integrity: false, confidentiality: false };
    const flags = { ...none, replayDetect: false, sequenceDetect: false };
    const failures: AuthenticateFailure[] = [];
    const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
    await using server = await listen({ package: 'NTLM', flags, onAuthenticationFailed });
    const wrong = await curl(server, ['--ntlm', '--user', 'CORP\\bob:wrong']);
    expect(wrong.statuses).toEqual([401, 401]);
    const { password } = theLab().users.bob;
    const right = await curl(server, ['--ntlm', '--user', `CORP\\bob:${password}`]);
    expect(right.statuses).toEqual([401, 503]);
    expect(failures.map(({ reason, error }) => [reason, error?.name])).toEqual([
      ['continue', undefined],
      ['denied', 'LogonDeniedError'],
      ['continue', undefined],
      ['unavailable', 'UnsupportedFunctionError'],
    ]);
    expect(server.authenticator.handshakes).toBe(0);
  });

  test('through a proxy is refused, unless it has a ticket and the server wants one each time', async () => {
    await using refusing = await listen();
    const via = ['--header', 'Via: 1.1 proxy'];
    const negotiate = ['--negotiate', '--user', ':', ...via];
    const ntlm = ['--ntlm', '--user', 'CORP\\bob:x', ...via];
    expect((await curl(refusing, negotiate, { user: 'bob' })).statuses).toEqual([403]);
    await using letting = await listen({ proxyPolicy: 'kerberosPerRequest' });
    const { statuses, body } = await curl(letting, negotiate, { user: 'bob' });
    expect([statuses, JSON.parse(body).name]).toEqual([[200], 'CORP\\bob']);
    expect((await curl(letting, ntlm)).statuses).toEqual([401]); // NTLM is not offered
  });

  test('over TLS comes in where channel bindings are allowed, and not where they are required', async () => {
    const negotiate = ['--insecure', '--negotiate', '--user', ':'];
    const over = { user: 'bob', scheme: 'https' } as const;
    for (const [extendedProtection, status] of [
      ['off', 200],
      ['allow', 200],
      ['require', 401],
    ] as const) {
      const failures: AuthenticateFailure[] = [];
      const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
      await using server = await listen(
        { extendedProtection, onAuthenticationFailed },
        { tls: true },
      );
      expect((await curl(server, negotiate, over)).statuses).toEqual([status]);
      const errors = failures.map(({ error }) => error?.name);
      expect(errors).toEqual(status === 200 ? [] : ['BadBindingsError']);
    }
  });

  test('is let in by the SID of a group, and otherwise forbidden', async () => {
    const everyone = 'S-1-1-0';
    await using open = await listen({ allowedSids: ['S-1-5-32-7777', everyone] });
    const negotiate = ['--negotiate', '--user', ':'];
    expect((await curl(open, negotiate, { user: 'bob' })).statuses).toEqual([200]);
    await using closed = await listen({ allowedSids: ['S-1-5-32-7777'] });
    const { statuses, body } = await curl(closed, negotiate, { user: 'bob' });
    expect([statuses, body]).toEqual([[403], '403 Forbidden\n']);
  });
});
