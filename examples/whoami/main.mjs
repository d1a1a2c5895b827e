// node examples/whoami/main.mjs [--port 8080] [--host localhost] …: see README.md.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createWhoami } from './server.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: 'localhost' },
    package: { type: 'string', default: 'Negotiate' },
    schemes: { type: 'string', default: 'Negotiate,NTLM' },
    'extended-protection': { type: 'string', default: 'allow' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});

const { cert, key, port, host } = values;
if ((cert === undefined) !== (key === undefined)) throw new Error('--cert and --key go together');
const tls = cert && { cert: readFileSync(cert), key: readFileSync(key) };
const server = createWhoami(
  {
    package: values.package,
    schemes: values.schemes.split(','),
    extendedProtection: values['extended-protection'],
    onAuthenticationFailed: ({ reason, error }) =>
      console.error(`${reason}${error ? `: ${error.message}` : ''}`),
  },
  tls,
);
server.listen(Number(port), host);
await once(server, 'listening');
console.log(`${tls ? 'https' : 'http'}://${host}:${server.address().port}/`);
