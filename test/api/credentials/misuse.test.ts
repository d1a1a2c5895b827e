import { cpSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type * as winsspi from 'winsspi';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { client as alice, handshake } from '../../harness/support/handshake.js';
import { targetName } from '../../harness/support/lab.js';
import { onWine } from '../../harness/support/wine.js';
import { onWinpr } from '../../harness/support/winpr.js';

const secret = 'S3cret-never-shown';

test('credentials have Negotiate and outbound by default', async () => {
  using credentials = await Credentials.acquire();
  expect(credentials).toMatchObject({ package: 'Negotiate', use: 'outbound' });
});

test.skipIf(!onWine)('a package that has no credentials for both uses says so (Wine)', async () => {
  proves('lifetime of credentials');
  await expect(Credentials.acquire({ package: 'NTLM', use: 'both' })).rejects.toMatchObject({
    code: 'SEC_E_UNSUPPORTED_FUNCTION',
    syscall: 'AcquireCredentialsHandle',
  });
});

test('an unknown package rejects with PackageNotFoundError', async () => {
  await expect(Credentials.acquire({ package: 'Nonesuch' })).rejects.toMatchObject({
    name: 'PackageNotFoundError',
    code: 'SEC_E_SECPKG_NOT_FOUND',
  });
});

describe('misuse', () => {
  test.each([
    [
      'pass in place of password',
      { identity: { user: 'u', pass: secret } },
      'ERR_INVALID_ARG_VALUE',
      /'options\.identity\.pass' is unknown\. Did you mean 'password'\?/,
    ],
    [
      'a missing password',
      { identity: { user: 'u' } },
      'ERR_INVALID_ARG_TYPE',
      /"options\.identity\.password" property must be of type string\. Received undefined/,
    ],
    [
      'a password of another type',
      { identity: { user: 'u', password: [secret] } },
      'ERR_INVALID_ARG_TYPE',
      /password/,
    ],
    [
      'a password with a zero character',
      { identity: { user: 'u', password: `${secret}\0` } },
      'ERR_INVALID_ARG_VALUE',
      /password/,
    ],
    [
      'a missing user',
      { identity: { password: secret } },
      'ERR_INVALID_ARG_TYPE',
      /"options\.identity\.user" property must be of type string/,
    ],
    [
      'an empty user',
      { identity: { user: '', password: secret } },
      'ERR_INVALID_ARG_VALUE',
      /must not be empty/,
    ],
    [
      'null as identity',
      { identity: null },
      'ERR_INVALID_ARG_TYPE',
      /"options\.identity" property must be a plain object/,
    ],
    [
      'text as identity',
      { identity: secret },
      'ERR_INVALID_ARG_TYPE',
      /"options\.identity" property must be a plain object/,
    ],
    ['a misspelt use', { use: 'inbond' }, 'ERR_INVALID_ARG_VALUE', /Did you mean 'inbound'\?/],
    ['an unknown option', { packge: 'NTLM' }, 'ERR_INVALID_ARG_VALUE', /Did you mean 'package'\?/],
    [
      'an empty package',
      { package: '' },
      'ERR_INVALID_ARG_VALUE',
      /'options\.package' must not be empty/,
    ],
    [
      'a principal that is no text',
      { principal: 7 },
      'ERR_INVALID_ARG_TYPE',
      /"options\.principal"/,
    ],
    [
      'options that are no object',
      'NTLM',
      'ERR_INVALID_ARG_TYPE',
      /"options" argument must be a plain object/,
    ],
  ])('%s is refused, without the secret in the message', async (_, options, code, message) => {
    const refused = Credentials.acquire(options as never);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    const printed = await refused.catch((error) => inspect(error, { depth: null }));
    expect(printed).not.toContain(secret);
  });

  test('credentials are not constructed', () => {
    expect(() => new (Credentials as unknown as new () => Credentials)()).toThrow(
      expect.objectContaining({
        code: 'ERR_ILLEGAL_CONSTRUCTOR',
        message: expect.stringContaining('Credentials.acquire()'),
      }),
    );
  });

  test('credentials for clients make no server context, nor the other way round', async () => {
    using outbound = await Credentials.acquire();
    using inbound = await Credentials.acquire({ use: 'inbound' });
    expect(() => new ServerContext(outbound)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("must be for the use 'inbound' or 'both'"),
      }),
    );
    expect(() => new ClientContext(inbound, { targetName })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("must be for the use 'outbound' or 'both'"),
      }),
    );
  });

  test('what is not credentials is refused, also when it looks like them', () => {
    for (const forged of [undefined, null, {}, 'ffff', Object.create(Credentials.prototype)]) {
      expect(() => new ServerContext(forged as Credentials)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_/) }),
      );
    }
  });
});

test.skipIf(onWinpr)(
  'credentials of another copy of winsspi are refused with an error that says so',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'winsspi-copy-'));
    for (const name of ['dist', 'prebuilds']) {
      cpSync(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), join(folder, name), {
        recursive: true,
      });
    }
    const copy: typeof winsspi = createRequire(import.meta.url)(join(folder, 'dist/index.js'));
    using outbound = await copy.Credentials.acquire();
    using inbound = await copy.Credentials.acquire({ use: 'inbound' });
    expect(new copy.ServerContext(inbound)).toBeInstanceOf(copy.ServerContext);
    for (const construct of [
      () => new ServerContext(inbound),
      () => new ClientContext(outbound, { targetName }),
    ]) {
      expect(construct).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_SSPI_FOREIGN_OBJECT',
          message: expect.stringMatching(/^The "credentials" argument was created by another copy/),
        }),
      );
    }
  },
);

describe('close', () => {
  test('closed credentials make no context', async () => {
    const credentials = await Credentials.acquire();
    credentials.close();
    credentials.close();
    expect(() => new ClientContext(credentials, { targetName })).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CREDENTIALS_CLOSED' }),
    );
  });

  test('contexts keep credentials alive that were closed', async () => {
    proves('lifetime of credentials');
    const outbound = await Credentials.acquire({ ...(alice && { identity: alice }) });
    const inbound = await Credentials.acquire({ use: 'inbound' });
    using client = new ClientContext(outbound, { targetName });
    using server = new ServerContext(inbound);
    outbound.close();
    inbound.close();
    await handshake(client, server);
    expect([client.done, server.done]).toEqual([true, true]);
  });
});

test('what credentials print holds no secret', async () => {
  using credentials = await Credentials.acquire({
    package: 'NTLM',
    identity: { user: 'u', domain: 'd', password: secret },
  });
  const printed =
    inspect(credentials, { depth: null, showHidden: true }) + JSON.stringify(credentials);
  expect(printed).toContain('NTLM');
  expect(printed).not.toContain(secret);
});
