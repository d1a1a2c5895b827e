import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import {
  type AgentOptions,
  createServer as createTlsServer,
  Agent as TlsAgent,
  request as tlsRequest,
} from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ClientContext, type Credentials } from 'winsspi';
import {
  type Authentication,
  Authenticator,
  parseChallenges,
  type ServerOptions,
} from 'winsspi/http';

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url)));

export const tlsFiles = { cert: read('rsa-sha256'), key: read('rsa-sha256.key') };

export type Handler = (authentication: Authentication, request: IncomingMessage) => unknown;

/** A server that answers with JSON, after the authentication of the request. */
export class HttpServer {
  readonly server: Server;
  readonly authenticator: Authenticator;
  readonly errors: Error[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(options: ServerOptions, handler: Handler, tls: boolean) {
    this.authenticator = new Authenticator(options);
    const listener = async (
      request: IncomingMessage,
      response: import('node:http').ServerResponse,
    ) => {
      try {
        const authentication = await this.authenticator.authenticate(request, response);
        if (!authentication) return;
        const answer = JSON.stringify(await handler(authentication, request));
        response.setHeader('Content-Type', 'application/json');
        response.end(answer);
      } catch (error) {
        this.errors.push(error as Error);
        response.writeHead(500).end();
      }
    };
    const limits = { maxHeaderSize: 0x20000 };
    this.server = tls
      ? createTlsServer({ ...limits, ...tlsFiles, maxVersion: 'TLSv1.2' }, listener)
      : createServer(limits, listener);
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async listen(
    options: ServerOptions,
    handler: Handler = ({ name, package: used }) => ({ name, package: used }),
    { tls = false }: { tls?: boolean } = {},
  ): Promise<HttpServer> {
    const made = new HttpServer(options, handler, tls);
    made.server.listen(0, '127.0.0.1');
    await once(made.server, 'listening');
    return made;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when every connection is closed, and what the server had of it. */
  async close(): Promise<void> {
    this.authenticator.close();
    const closed = [...this.#sockets].map((socket) => once(socket, 'close'));
    this.server.close();
    this.server.closeAllConnections();
    await Promise.all([once(this.server, 'close'), ...closed]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Wine 8 does not connect a socket that has TCP's keep-alive set, as agents that keep connections do. */
export function withoutTcpKeepAlive(agent: Agent): Agent {
  const connect = agent.createConnection.bind(agent) as (...args: never[]) => never;
  agent.createConnection = ((options: object, ...rest: never[]) =>
    connect({ ...options, keepAlive: false } as never, ...rest)) as never;
  return agent;
}

export interface Answer {
  readonly status: number;
  readonly challenges: string[];
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly reused: boolean;
}

/** One connection of a client, which can be asked one thing after the other. */
export class HttpConnection {
  readonly #agent: Agent;
  readonly #tls: boolean;
  readonly #port: number;

  constructor({ server }: Pick<HttpServer, 'server'>, { tls = false }: { tls?: boolean } = {}) {
    this.#tls = tls;
    this.#port = (server.address() as AddressInfo).port;
    const options = { keepAlive: true, maxSockets: 1 };
    // Of the agent: with a check of its own, a request opens a connection of its own.
    const trust: AgentOptions = { ca: tlsFiles.cert, checkServerIdentity: () => undefined };
    this.#agent = withoutTcpKeepAlive(
      tls ? new TlsAgent({ ...options, ...trust }) : new Agent(options),
    );
  }

  async get(headers: Record<string, string | string[]> = {}, path = '/'): Promise<Answer> {
    const options = { host: '127.0.0.1', port: this.#port, path, agent: this.#agent, headers };
    const sent = this.#tls ? tlsRequest(options) : request(options);
    sent.end();
    const [response] = (await Promise.race([once(sent, 'response'), once(sent, 'upgrade')])) as [
      IncomingMessage,
      Socket?,
    ];
    let text = '';
    if (response.statusCode === 101) response.push(null);
    for await (const part of response.setEncoding('utf8')) text += part;
    return {
      status: response.statusCode as number,
      challenges: response.headersDistinct['www-authenticate'] ?? [],
      headers: response.headers,
      text,
      reused: sent.reusedSocket,
    };
  }

  /** Asks with the tokens of a context, until there is an answer that is no 401. */
  async logOn(
    context: ClientContext,
    { scheme = 'Negotiate', legs = 10, headers = {} }: LogOnOptions = {},
  ): Promise<Answer> {
    let token: Buffer | undefined;
    for (let leg = 1; ; leg++) {
      const result = await context.step(token);
      const authorization = `${scheme} ${result.token?.toString('base64')}`;
      const answer = await this.get({ ...headers, authorization });
      token = tokenIn(answer.challenges);
      if (answer.status !== 401 || !token || leg === legs) {
        if (answer.status !== 401 && token && !context.done) await context.step(token);
        return answer;
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface LogOnOptions {
  scheme?: string;
  /** How many requests at most. */
  legs?: number;
  headers?: Record<string, string>;
}

export function tokenIn(challenges: string[]): Buffer | undefined {
  const token = parseChallenges(challenges)[0]?.token;
  return token === undefined ? undefined : Buffer.from(token, 'base64');
}

/** A client's context for the tests' service. */
export function clientOf(credentials: Credentials, targetName = 'HTTP/localhost'): ClientContext {
  return new ClientContext(credentials, { targetName });
}
