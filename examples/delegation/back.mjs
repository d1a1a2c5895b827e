// The second service: it knows nothing of the first one, and says who has come.
import { createServer } from 'node:http';
import { Authenticator } from 'winsspi/http';

export function createBack(options) {
  const authenticator = new Authenticator(options);
  const server = createServer({ maxHeaderSize: 80_000 }, async (request, response) => {
    const auth = await authenticator.authenticate(request, response);
    if (auth) response.end(auth.name);
  });
  return server.once('close', () => authenticator.close());
}
