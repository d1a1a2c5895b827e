import { describe, expect, test } from 'vitest';
import { type ClientContext, Credentials } from 'winsspi';
import { clientOf, HttpConnection, HttpServer, tokenIn } from '../harness/support/http.js';
import { lab } from '../harness/support/lab.js';
import { callsOf, provider, providerInstalled } from '../harness/support/provider.js';
import { mutated, randomNumbers } from '../harness/support/random.js';

const packages = [
  ...(providerInstalled ? ['TestKerberos', 'TestNtlm'] : []),
  ...(lab ? [lab.packages.Negotiate, lab.packages.NTLM] : []),
];

const header = (token: Buffer) => ({ authorization: `Negotiate ${token.toString('base64')}` });

describe.each(packages)('tokens for %s that were changed on the way', (name) => {
  test('let nobody in, in any leg, and leave nothing behind', async () => {
    const below = randomNumbers(11);
    const server = await HttpServer.listen({ package: name });
    using credentials = await Credentials.acquire({
      package: name,
      ...(lab && { identity: lab.users.bob }),
    });
    const statuses = new Set<number>();

    async function attempt(connection: HttpConnection, context: ClientContext) {
      let { token } = await context.step();
      const legs = below(2);
      for (let leg = 0; leg < legs && token && !context.done; leg++) {
        const answer = await connection.get(header(token));
        const next = tokenIn(answer.challenges);
        if (answer.status !== 401 || !next) return;
        ({ token } = await context.step(next));
      }
      if (!token) return;
      // A byte of a checksum's padding or of a name that nobody signs may be anything: whoever is let
      // in is the one who began.
      const answer = await connection.get(header(mutated(token, below)));
      if (answer.status === 200) expect(JSON.parse(answer.text).name).toBe(who);
      else expect([400, 401]).toContain(answer.status);
      if (answer.status !== 200) expect((await connection.get()).status).toBe(401);
      statuses.add(answer.status);
    }

    let who = '';
    {
      using connection = new HttpConnection(server);
      using context = clientOf(credentials);
      who = JSON.parse((await connection.logOn(context)).text).name;
    }
    for (let i = 0; i < 60; i++) {
      using connection = new HttpConnection(server);
      using context = clientOf(credentials);
      await attempt(connection, context);
    }
    expect(statuses).toContain(401);
    expect(server.errors).toEqual([]);
    await server.close();
    expect(server.authenticator.handshakes).toBe(0);
    if (name.startsWith('Test'))
      expect(provider.counters()).toMatchObject({ contexts: 0, errors: [] });
  });
});

test('values of any kind are answered with 400 or 401', async () => {
  const below = randomNumbers(12);
  await using server = await HttpServer.listen({});
  using connection = new HttpConnection(server);
  const pieces = [
    'Negotiate',
    'negotiate ',
    'NTLM ',
    'Basic',
    ' ',
    ',',
    '=',
    '"',
    'AAAA',
    'a="b"',
    '\t',
    '\\',
  ];
  for (let i = 0; i < 500; i++) {
    const length = 1 + below(6);
    const value = Array.from({ length }, () => pieces[below(pieces.length)]).join('');
    // AAAA alone would be a token, which is another test's.
    const text = value.includes('AAAA') ? value.replaceAll('AAAA', '=') : value;
    expect([400, 401]).toContain((await connection.get({ authorization: text })).status);
  }
  expect(server.errors).toEqual([]);
  expect(server.authenticator.handshakes).toBe(0);
});

describe.skipIf(!providerInstalled)('what reaches Windows of any headers', () => {
  const accepted = () => callsOf('AcceptSecurityContext').length;

  /** What a server may take: one header, with one scheme and one token, in the base64 of RFC 4648. */
  function isToken(values: readonly string[]): boolean {
    const [, token] =
      /^(?:negotiate|ntlm)[ \t]+([A-Za-z0-9+/]+={0,2})$/i.exec(values[0] ?? '') ?? [];
    if (values.length !== 1 || token === undefined) return false;
    const bytes = Buffer.from(token, 'base64');
    return bytes.toString('base64') === token && bytes.length <= 49_152;
  }

  test('is one token of one header, and nothing that is smuggled beside it', async () => {
    const below = randomNumbers(13);
    const pick = (list: readonly string[]) => list[below(list.length)] as string;
    const pieces = [
      ...['Negotiate', 'negotiate', 'NTLM', 'Basic', 'Negotiate ', 'NTLM ', ' ', '\t', ','],
      ...[', ', '=', '==', '"', '\\', ';', 'AAAA', 'AAA=', 'AAB=', 'AA==', '-_-_', 'a="b"', '\x80'],
    ];
    await using server = await HttpServer.listen({ package: 'TestKerberos' });
    using connection = new HttpConnection(server);
    let tokens = 0;
    for (let i = 0; i < 500; i++) {
      const some = () => Array.from({ length: 1 + below(3) }, () => pick(pieces)).join('');
      const text = () => `${pick(['Negotiate ', 'NTLM\t', ''])}${some()}`.trim();
      const values = Array.from({ length: below(6) === 0 ? 2 : 1 }, text);
      const before = accepted();
      const { status } = await connection.get({ authorization: values });
      const expected = isToken(values) ? 1 : 0;
      expect([values, accepted() - before]).toEqual([values, expected]);
      expect([400, 401]).toContain(status);
      tokens += expected;
    }
    expect(tokens).toBeGreaterThan(10);
    expect(server.errors).toEqual([]);
    expect(server.authenticator.handshakes).toBe(0);
  });

  test.each([
    ['48 KiB', 49_152, 401, 1],
    ['a byte more', 49_153, 400, 0],
    ['64 KiB', 65_536, 400, 0],
  ])('is a token of up to 48 KiB: %s', async (_, length, status, calls) => {
    await using server = await HttpServer.listen({ package: 'TestKerberos' });
    using connection = new HttpConnection(server);
    const before = accepted();
    const answer = await connection.get(header(Buffer.alloc(length, 7)));
    expect([answer.status, accepted() - before]).toEqual([status, calls]);
    expect(await connection.get()).toMatchObject({ status: 401, reused: true });
  });
});
