import { execFileSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import { ClientContext, Credentials, type IdentityOptions, ServerContext } from 'winsspi';
import { clientName, families, meet, testOf } from '../../harness/support/families.js';
import { handshake } from '../../harness/support/handshake.js';
import { targetName, theLab } from '../../harness/support/lab.js';

type Form = (user: string, password: string) => IdentityOptions;

const forms: [string, Form][] = [
  ['DOMAIN\\user', (user, password) => ({ user: `CORP\\${user}`, password })],
  ['user@domain', (user, password) => ({ user: `${user}@corp.test`, password })],
  ["user and the domain's short name", (user, password) => ({ user, domain: 'CORP', password })],
  [
    'user and the domain in small letters',
    (user, password) => ({ user, domain: 'corp.test', password }),
  ],
  ['user alone', (user, password) => ({ user, password })],
];

// The logged-on user comes first: Wine's Kerberos forgets him for an identity.
describe.each(families)('the logged-on user for $title', (family) => {
  const loggedOn = async () => {
    using outbound = await Credentials.acquire({ package: family.package });
    using inbound = await Credentials.acquire({ package: family.package, use: 'inbound' });
    const client = new ClientContext(outbound, { targetName });
    const server = new ServerContext(inbound);
    await handshake(client, server);
    return { client, server };
  };

  testOf(family, 'loggedOn')('authenticates without an identity', async () => {
    const { client, server } = await loggedOn();
    expect([client.package, server.package]).toEqual([family.chosen, family.chosen]);
  });

  testOf(family, 'names')('is the client', async () => {
    expect((await loggedOn()).server.queryAttribute('names').userName).toBe(clientName);
  });

  const script = `
    import { ClientContext, Credentials, ServerContext } from 'winsspi';
    try {
      const outbound = await Credentials.acquire({ package: '${family.package}' });
      const inbound = await Credentials.acquire({ package: '${family.package}', use: 'inbound' });
      const client = new ClientContext(outbound, { targetName: 'HTTP/localhost' });
      const server = new ServerContext(inbound);
      for (let token, side = client; ; side = side === client ? server : client) {
        ({ token } = await side.step(token));
        if (!token) break;
      }
      console.log(server.queryAttribute('names').userName);
    } catch (error) {
      console.log(error.name);
    }`;
  const run = (user: string) => {
    const args = ['--input-type=module', '--eval', script, '--', theLab().loggedOnAs + user];
    return execFileSync(process.execPath, args).toString().trim();
  };

  testOf(
    family,
    'domain',
    'names',
  )('is another in another process', () => {
    expect(run('bob')).toBe('CORP\\bob');
  });

  testOf(
    family,
    'domain',
    'loggedOn',
  )('may be nobody: NoCredentialsError', () => {
    expect(run('nobody')).toBe('NoCredentialsError');
  });

  testOf(
    family,
    'domain',
    'names',
  )('is the client again after an explicit identity', async () => {
    const { server } = await meet(family, { identity: theLab().users.bob });
    expect(server.queryAttribute('names').userName).toBe('CORP\\bob');
    expect((await loggedOn()).server.queryAttribute('names').userName).toBe(clientName);
  });
});

describe.each(families)('an explicit identity for $title', (family) => {
  const meetAs = (form: Form) => {
    const { user, password } = theLab().users.bob;
    return meet(family, { identity: form(user, password) });
  };

  for (const [what, form] of forms) {
    testOf(
      family,
      'domain',
      'identityForms',
    )(`may be ${what}`, async () => {
      const { client, server } = await meetAs(form);
      expect([client.done, server.done]).toEqual([true, true]);
    });

    testOf(
      family,
      'domain',
      'names',
    )(`as ${what} gets its name`, async () => {
      const { client, server } = await meetAs(form);
      expect([client.package, server.package]).toEqual([family.chosen, family.chosen]);
      expect(server.queryAttribute('names').userName).toBe('CORP\\bob');
    });
  }
});
