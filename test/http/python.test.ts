import { describe, expect, test } from 'vitest';
import type { AuthenticateFailure } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { runOnLinux } from '../harness/support/runner.js';

// The server with a client of python3-gssapi and gss-ntlmssp, whose tokens stand bare under the scheme.
const script = `
import base64, http.client, json, sys
import gssapi
from gssapi.raw import acquire_cred_with_password
port, scheme, oid, user, password = sys.argv[1:]
mech = gssapi.OID.from_int_seq(oid)
name = gssapi.Name(user, gssapi.NameType.user)
creds = gssapi.Credentials(acquire_cred_with_password(name, password.encode(), mechs=[mech], usage='initiate').creds)
target = gssapi.Name('HTTP@localhost', gssapi.NameType.hostbased_service)
context = gssapi.SecurityContext(name=target, creds=creds, mech=mech, usage='initiate')
connection = http.client.HTTPConnection('localhost', int(port))
statuses, token = [], None
while True:
    out = context.step(token)
    value = scheme + ' ' + base64.b64encode(out).decode()
    connection.request('POST', '/', body='leg', headers={'Authorization': value})
    response = connection.getresponse()
    body = response.read().decode()
    statuses.append(response.status)
    header = response.getheader('WWW-Authenticate') or ''
    more = header.startswith(scheme + ' ')
    token = base64.b64decode(header[len(scheme):]) if more else None
    if response.status != 401 or not more:
        break
if token and not context.complete:
    context.step(token)
connection.request('GET', '/')
again = connection.getresponse()
again.read()
print(json.dumps({'statuses': statuses + [again.status], 'body': body, 'complete': context.complete}))
`;

const mechanisms = { krb5: '1.2.840.113554.1.2.2', ntlm: '1.3.6.1.4.1.311.2.2.10' };

async function ask(port: number, scheme: string, mech: keyof typeof mechanisms, password: string) {
  const user = mech === 'ntlm' ? 'CORP\\bob' : `bob@${theLab().realm}`;
  const args = ['-c', script, String(port), scheme, mechanisms[mech], user, password];
  const { stdout, stderr } = await runOnLinux('python3', args);
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as { statuses: number[]; body: string; complete: boolean };
}

describe.skipIf(!lab)(`python3-gssapi (${needsDomain})`, () => {
  const names = lab?.packages ?? { Negotiate: '', NTLM: '' };
  const password = lab?.users.bob.password ?? '';

  test.each([
    ['NTLM', 'NTLM'],
    ['Negotiate', 'NTLM'],
    ['NTLM', 'Negotiate'],
  ] as const)('comes in by %s with bare NTLM, to the package %s', async (scheme, name) => {
    await using server = await HttpServer.listen({ package: names[name] });
    const { statuses, body, complete } = await ask(server.port, scheme, 'ntlm', password);
    expect([statuses, complete]).toEqual([[401, 200, 200], true]);
    expect(JSON.parse(body)).toEqual({ name: 'CORP\\bob', package: 'NTLM' });
  });

  test('with a wrong password is refused', async () => {
    const failures: AuthenticateFailure[] = [];
    const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
    await using server = await HttpServer.listen({
      package: names.Negotiate,
      onAuthenticationFailed,
    });
    const { statuses } = await ask(server.port, 'NTLM', 'ntlm', 'wrong');
    expect(statuses).toEqual([401, 401, 401]);
    expect(failures.map(({ reason }) => reason)).toEqual(['continue', 'denied']);
    expect(failures[1]?.error?.name).toBe('LogonDeniedError');
    expect(server.authenticator.handshakes).toBe(0);
  });

  test('comes in with bare Kerberos, and is satisfied with the last token', async () => {
    await using server = await HttpServer.listen({ package: names.Negotiate });
    const { statuses, body, complete } = await ask(server.port, 'Negotiate', 'krb5', password);
    expect([statuses, complete]).toEqual([[200, 401], true]);
    expect(JSON.parse(body)).toEqual({ name: 'CORP\\bob', package: 'Kerberos' });
  });
});
