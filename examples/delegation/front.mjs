// The first service. It acts for its callers as them: calls to another service with
// the credentials that the caller has delegated, and files with the rights that the caller has.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { SspiError } from 'winsspi';
import { Authenticator, negotiateFetch } from 'winsspi/http';

/** @param {{ package: string, back: string, file: string }} setting */
export function createFront({ package: name, back, file }) {
  const authenticator = new Authenticator({ package: name });
  const routes = {
    '/call': (auth) => callAs(auth, name, back),
    '/file': (auth) => readAs(auth, file),
  };
  const server = createServer({ maxHeaderSize: 80_000 }, async (request, response) => {
    try {
      const auth = await authenticator.authenticate(request, response);
      if (!auth) return;
      const { status, text } = (await routes[request.url]?.(auth)) ?? {
        status: 404,
        text: 'Not here',
      };
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    } catch (error) {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end('Internal Server Error\n');
    }
  });
  return server.once('close', () => authenticator.close());
}

async function callAs({ name, flags, context }, packageName, url) {
  if (!flags.delegate) return { status: 403, text: `${name} has not delegated anything` };
  let credentials;
  try {
    credentials = await context.acquireCredentials({ package: packageName });
    const response = await negotiateFetch(url, { negotiate: { credentials } });
    return { status: response.status, text: `${name} is ${await response.text()} there` };
  } catch (error) {
    if (!(error instanceof SspiError)) throw error;
    console.error(error);
    return { status: 502, text: 'The other service could not be reached as you' };
  } finally {
    credentials?.close(); // Whoever holds them is the caller.
  }
}

// Only synchronous code: what follows an await would run as this process.
function readAs({ name, context }, path) {
  try {
    const text = context.impersonate(() => readFileSync(path, 'utf8'));
    return { status: 200, text: `${name} may read it: ${text.trim()}` };
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(error.code)) throw error;
    return { status: 403, text: `${name} may not read it` };
  }
}
