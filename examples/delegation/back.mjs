// The second service: it knows nothing of the first one, and answers with the name of its caller.
import { createServer } from 'node:http';
import { Authenticator } from 'winsspi/http';

export function createBack(options) {
  const authenticator = new Authenticator(options);
  const server = createServer({ maxHeaderSize: 80_000 }, async (request, response) => {
    try {
      const auth = await authenticator.authenticate(request, response);
      if (auth)
        response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end(auth.name);
    } catch (error) {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end('Internal Server Error\n');
    }
  });
  return server.once('close', () => authenticator.close());
}
