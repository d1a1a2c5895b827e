import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { Credentials } from 'winsspi';
import type { AuthenticateFailure, ServerOptions } from 'winsspi/http';
import { type clientOf, HttpServer, tokenIn } from './http.js';
import type { ProviderPackage } from './provider.js';

/** The schemes of a server by default. */
export const both = ['Negotiate', 'NTLM'];

export interface Setting extends AsyncDisposable {
  readonly server: HttpServer;
  readonly credentials: Credentials;
  readonly failures: AuthenticateFailure[];
}

/** A server of the scripted provider, and credentials of its clients. */
export async function start(
  packageName: ProviderPackage = 'TestKerberos',
  options: ServerOptions = {},
  { tls = false }: { tls?: boolean } = {},
): Promise<Setting> {
  const failures: AuthenticateFailure[] = [];
  const credentials = await Credentials.acquire({ package: packageName });
  const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
  const all = { package: packageName, onAuthenticationFailed, ...options };
  const server = await HttpServer.listen(all, undefined, { tls });
  return {
    server,
    credentials,
    failures,
    async [Symbol.asyncDispose]() {
      credentials.close();
      await server.close();
      expect(server.authenticator.handshakes).toBe(0);
    },
  };
}

export const reasons = ({ failures }: Setting) => failures.map(({ reason }) => reason);

/** Waits for a turn of the event loop. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The next token of a client, for the challenges of a server. */
export async function clientStep(context: ReturnType<typeof clientOf>, challenges: string[]) {
  const { token } = await context.step(tokenIn(challenges));
  return { token: token?.toString('base64') };
}

/** Writes a text to a server, and reads until the connection closes. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part) => {
    answer += part;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}
