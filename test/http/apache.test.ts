import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import { type DispatcherOptions, NegotiateClient, negotiateFetch } from 'winsspi/http';
import { tlsFiles } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';

// The client with servers that are not ours: Apache with mod_auth_gssapi, over MIT's Kerberos, and one
// of python3-gssapi, over gss-ntlmssp. They answer who they take the client for, the method and the body.

const names = lab?.packages ?? { Negotiate: '', NTLM: '' };
const url = (path: string, host = 'localhost') => `http://${host}:${theLab().apache.http}/${path}`;
const secureUrl = (path: string) => `https://localhost:${theLab().apache.https}/${path}`;
type Options = Partial<DispatcherOptions>;

const asBob = (): Options => ({ package: names.Negotiate, identity: theLab().users.bob });
const wrong = (): Options => ({
  package: names.Negotiate,
  identity: { ...theLab().users.bob, password: 'wrong' },
});

async function ask(path: string, negotiate: Options, init: RequestInit = {}) {
  const response = await negotiateFetch(path, { ...init, negotiate });
  return [response.status, (await response.text()).trim()];
}

describe.skipIf(!lab)(`Apache (${needsDomain})`, () => {
  test.each(['kerberos', 'connection'])('lets bob in by Kerberos, to /%s', async (path) => {
    expect(await ask(url(path), asBob())).toEqual([200, 'bob@CORP.TEST GET']);
  });

  test('lets the logged-on user in, who is alice', async () => {
    const answer = await ask(url('kerberos'), { package: names.Negotiate });
    expect(answer).toEqual([200, 'alice@CORP.TEST GET']);
  });

  test('gets the body of the request, which was sent twice', async () => {
    const init = { method: 'POST', body: 'a body of text' };
    const answer = await ask(url('kerberos'), asBob(), init);
    expect(answer).toEqual([200, 'bob@CORP.TEST POST a body of text']);
  });

  test('lets bob in over TLS, with channel bindings', async () => {
    const options = {
      ...asBob(),
      tls: { ca: tlsFiles.cert, checkServerIdentity: () => undefined },
    };
    expect(await ask(secureUrl('kerberos'), options)).toEqual([200, 'bob@CORP.TEST GET']);
  });

  test('is not asked with a password that the domain refuses: LogonDeniedError', async () => {
    const options = { ...wrong(), package: theLab().packages.Kerberos };
    await expect(negotiateFetch(url('kerberos'), { negotiate: options })).rejects.toMatchObject({
      cause: { name: 'LogonDeniedError' },
    });
  });

  test('is not asked under a name that the domain does not know: TargetUnknownError', async () => {
    const { Kerberos } = theLab().packages;
    const options = { ...asBob(), package: Kerberos, targetName: 'HTTP/unknown.corp.test' };
    await expect(negotiateFetch(url('kerberos'), { negotiate: options })).rejects.toMatchObject({
      cause: { name: 'TargetUnknownError' },
    });
  });

  test('gets no token where its origin is not allowed: its own 401 is the answer', async () => {
    const options = { ...asBob(), allowedOrigins: ['http://elsewhere'] };
    const response = await negotiateFetch(url('kerberos'), { negotiate: options });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Negotiate');
    await response.body?.cancel();
  });

  test('is not authenticated to where it does not ask', async () => {
    expect(await ask(url('open'), asBob())).toEqual([200, 'GET']);
  });
});

describe.skipIf(!lab)(`a server with NTLM (${needsDomain})`, () => {
  const peer = () => `http://localhost:${theLab().httpPeer.port}/`;

  test.each([
    ['NTLM', 'NTLM'],
    ['Negotiate', 'Negotiate'],
  ] as const)('lets bob in by %s, in three legs on one connection', async (scheme, name) => {
    using credentials = await Credentials.acquire({
      package: names[name],
      identity: theLab().users.bob,
      ...(name === 'Negotiate' && { packageList: '!Kerberos' }),
    });
    using client = new NegotiateClient({
      credentials,
      schemes: [scheme],
      allowedOrigins: [peer()],
    });
    for (let i = 0; i < 3; i++) {
      const response = await client.fetch(peer(), { method: 'POST', body: `request ${i}` });
      const answer = [response.status, await response.text()];
      expect(answer).toEqual([200, `CORP\\bob POST request ${i}`]);
    }
  });

  test('refuses a wrong password: 401', async () => {
    const options = { ...wrong(), package: names.NTLM, schemes: ['NTLM'] as const };
    expect(await ask(peer(), options)).toEqual([401, 'Who are you?']);
  });

  test('is not let past where it must prove who it is: NTLM does not', async () => {
    const base = { ...asBob(), package: names.NTLM, schemes: ['NTLM'] as const };
    const options = { ...base, requiredFlags: ['mutualAuthentication'] as const };
    await expect(negotiateFetch(peer(), { negotiate: options })).rejects.toMatchObject({
      cause: { code: 'ERR_SSPI_REQUIREMENT_NOT_MET' },
    });
  });
});
