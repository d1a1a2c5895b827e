// node examples/delegation/main.mjs FILE [--port 8080] [--back-port 8081] …: see README.md.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createBack } from './back.mjs';
import { createFront } from './front.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', default: 'localhost' },
    port: { type: 'string', default: '8080' },
    'back-port': { type: 'string', default: '8081' },
    package: { type: 'string', default: 'Negotiate' },
  },
});
const { host, package: name } = values;
const [file] = positionals;
if (!file) throw new Error('Which file may callers read, as far as they may? Give its path.');

const back = await listen(createBack({ package: name }), values['back-port']);
console.log(await listen(createFront({ package: name, back, file }), values.port));

async function listen(server, port) {
  server.listen(Number(port), host);
  await once(server, 'listening');
  return `http://${host}:${server.address().port}/`;
}
