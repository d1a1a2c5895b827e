import { describe, expect, test } from 'vitest';
import type { AuthenticateFailure, ServerOptions } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { runOnLinux } from '../harness/support/runner.js';

// The server with a client of impacket, whose NTLM and SPNEGO are its own, in Python.
const script = `
import base64, http.client, json, os, subprocess, sys
from impacket import ntlm
from impacket.krb5 import kerberosv5
from impacket.krb5.ccache import CCache
port, way, user, password = sys.argv[1:]
connection = http.client.HTTPConnection('localhost', int(port))
statuses = []

def ask(scheme=None, token=None):
    value = scheme and {'Authorization': scheme + ' ' + base64.b64encode(token).decode()}
    connection.request('GET', '/', headers=value or {})
    response = connection.getresponse()
    body = response.read().decode()
    statuses.append(response.status)
    header = response.getheader('WWW-Authenticate') or ''
    mine = scheme and header.startswith(scheme + ' ')
    return body, base64.b64decode(header[len(scheme):]) if mine else None

first = ntlm.getNTLMSSPType1()
last = lambda challenge: ntlm.getNTLMSSPType3(first, challenge, user, password, 'CORP')[0].getData()
if way == 'NTLM':
    body, challenge = ask('NTLM', first.getData())
    body, rest = ask('NTLM', last(challenge))
else:
    kerberosv5.GSS_C_DCE_STYLE = 0 # which it asks for otherwise, and which has a leg more
    # Samba wants a checksum in the request for a ticket, and impacket has none there.
    subprocess.run(['kvno', 'HTTP/localhost'], check=True, stdout=subprocess.DEVNULL)
    tickets = CCache.loadFile(os.environ['KRB5CCNAME'][len('FILE:'):])
    ticket = tickets.getCredential('HTTP/localhost@CORP.TEST').toTGS()
    token = kerberosv5.getKerberosType1(user, password, 'CORP.TEST', '', '', TGS=ticket)[2]
    body, rest = ask('Negotiate', token)
ask()
print(json.dumps({'statuses': statuses, 'body': body}))
`;

const names = lab?.packages ?? { Negotiate: '', NTLM: '' };

async function ask(options: ServerOptions, way: 'NTLM' | 'Kerberos', password?: string) {
  await using server = await HttpServer.listen(options);
  const { bob } = theLab().users;
  const args = ['-c', script, String(server.port), way, bob.user, password ?? bob.password];
  const { stdout, stderr } = await runOnLinux('python3', args, { user: 'bob' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as { statuses: number[]; body: string };
}

describe.skipIf(!lab)(`impacket (${needsDomain})`, () => {
  test.each([
    ['NTLM', 'NTLM', 'NTLM', [401, 200, 200]],
    ['NTLM', 'Negotiate', 'NTLM', [401, 200, 200]],
    ['Kerberos', 'Negotiate', 'Kerberos', [200, 401]],
  ] as const)('comes in by %s, to the package %s', async (way, name, used, expected) => {
    const { statuses, body } = await ask({ package: names[name] }, way);
    expect(statuses).toEqual(expected);
    expect(JSON.parse(body)).toEqual({ name: 'CORP\\bob', package: used });
  });

  test('by NTLM with a wrong password is refused', async () => {
    const failures: AuthenticateFailure[] = [];
    const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
    const { statuses } = await ask(
      { package: names.Negotiate, onAuthenticationFailed },
      'NTLM',
      'wrong',
    );
    expect(statuses).toEqual([401, 401, 401]);
    expect(failures.map(({ reason }) => reason)).toEqual(['continue', 'denied']);
    expect(failures[1]?.error?.name).toBe('LogonDeniedError');
  });

  test('by Kerberos is refused where a group is asked for that it is not in', async () => {
    const options = { package: names.Negotiate, allowedSids: ['S-1-5-32-7777'] };
    const { statuses } = await ask(options, 'Kerberos');
    expect(statuses).toEqual([403, 401]);
  });
});
