import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as http from 'winsspi/http';
import { runModule } from '../harness/support/child.js';

const names = Object.keys(http).filter((name) => name !== 'default');

test('winsspi/http exports exactly these names', () => {
  expect(names.sort()).toEqual([
    'Authenticator',
    'NegotiateAgent',
    'NegotiateClient',
    'NegotiateHttpsAgent',
    'NegotiateStrategy',
    'fastifyNegotiate',
    'formatChallenge',
    'koaNegotiate',
    'negotiate',
    'negotiateDispatcher',
    'negotiateFetch',
    'negotiateUpgrade',
    'parseAuthorization',
    'parseChallenges',
    'proxyFromEnvironment',
    'requireMember',
  ]);
});

test('every name is documented', () => {
  const read = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
  const text = read('docs/http.md') + read('CHANGELOG.md');
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

test('import and require give the same functions, of the package by its name', async () => {
  const required = createRequire(import.meta.url)('../../dist/http/index.js');
  expect(required.Authenticator).toBe(http.Authenticator);
  const text = `
    import { createRequire } from 'node:module';
    import { Authenticator } from 'winsspi/http';
    import { Credentials } from 'winsspi';
    const require = createRequire(import.meta.url);
    console.log(require('winsspi/http').Authenticator === Authenticator);
    console.log(require('winsspi').Credentials === Credentials);`;
  expect((await runModule(text)).stdout).toBe('true\ntrue\n');
});

test('elsewhere than on Windows it loads, and the use says what is wrong', async () => {
  const { stdout } = await runModule(`
    Object.defineProperty(process, 'platform', { value: 'linux' });
    const { NegotiateClient } = await import('winsspi/http');
    const { createServer } = await import('node:http');
    const server = createServer((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' }).end();
    }).listen(0, '127.0.0.1', async () => {
      const origin = 'http://127.0.0.1:' + server.address().port;
      const client = new NegotiateClient({ allowedOrigins: [origin] });
      await client.fetch(origin).catch((error) => console.log(error.cause.code));
      client.close();
      server.close();
    });`);
  expect(stdout).toBe('ERR_SSPI_UNSUPPORTED_PLATFORM\n');
});
