import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Credentials, ServerContext } from 'winsspi';
import { tokenIn } from './http.js';

/** How a test wants the proxy to behave where it asks for authentication. */
export interface Manners {
  /** The head and the body of a refusal; `token` is what comes behind the scheme. */
  refusal?(token: string, leg: number): string;
}

function politely(token: string): string {
  return `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nContent-Length: 2\r\n\r\nno`;
}

/** A proxy with Negotiate, of the tests' own: each connection is authenticated once. */
export class ProxyServer implements AsyncDisposable {
  /** What came, in order: the request line without the version, and the headers. */
  readonly requests: { line: string; headers: IncomingHttpHeaders }[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #credentials: Credentials;
  readonly #manners: Manners;
  readonly #contexts = new Map<Socket, ServerContext>();
  readonly #sockets = new Set<Socket>();
  readonly #again = new WeakSet<Socket>();

  private constructor(credentials: Credentials, manners: Manners) {
    this.#credentials = credentials;
    this.#manners = manners;
    this.#server = createServer({ maxHeaderSize: 0x20000, keepAliveTimeout: 0 });
    this.#server.on('connection', (socket: Socket) => {
      if (this.#again.has(socket)) return;
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#contexts.get(socket)?.close();
        this.#contexts.delete(socket);
      });
    });
    this.#server.on('request', (...both) => this.#fetch(...both));
    this.#server.on('connect', (received, socket: Socket) => this.#connect(received, socket));
  }

  static async listen(packageName: string, manners: Manners = {}): Promise<ProxyServer> {
    const credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
    const made = new ProxyServer(credentials, manners);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = [...this.#sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await Promise.all([once(this.#server, 'close'), ...closed]);
    this.#credentials.close();
  }

  /** What comes behind the scheme for who is not known yet, and in which leg. */
  async #challenge({
    method,
    url,
    headers,
    socket,
  }: IncomingMessage): Promise<{ token: string; leg: number } | undefined> {
    this.requests.push({ line: `${method} ${url}`, headers });
    const given = headers['proxy-authorization'];
    const known = this.#contexts.get(socket);
    if (known?.done && !given) return undefined;
    if (!given) return { token: '', leg: 0 };
    const context = known && !known.done ? known : new ServerContext(this.#credentials);
    this.#contexts.set(socket, context);
    const step = await context.step(tokenIn([given]) as Buffer);
    return step.done ? undefined : { token: ` ${step.token?.toString('base64')}`, leg: 1 };
  }

  async #fetch(received: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const part of received) body.push(part);
    const challenge = await this.#challenge(received);
    if (challenge) {
      response.writeHead(407, { 'Proxy-Authenticate': `Negotiate${challenge.token}` }).end('no');
      return;
    }
    const { method, headers } = received;
    const { 'proxy-authorization': _, connection: __, ...onward } = headers;
    const sent = request(received.url as string, { method: method as string, headers: onward });
    sent.once('response', (answer) => {
      response.writeHead(answer.statusCode as number, answer.rawHeaders);
      answer.pipe(response);
    });
    sent.end(Buffer.concat(body));
  }

  async #connect(received: IncomingMessage, socket: Socket): Promise<unknown> {
    const challenge = await this.#challenge(received);
    if (challenge) {
      const { refusal = politely } = this.#manners;
      const text = refusal(challenge.token, challenge.leg);
      socket.write(text);
      if (/connection: close/i.test(text)) return socket.end();
      // The next request on it is read as the first one was.
      this.#again.add(socket);
      this.#server.emit('connection', socket);
      return;
    }
    socket.write('HTTP/1.1 200 Established\r\n\r\n');
    const [host, port] = (received.url as string).split(':');
    const target = connect(Number(port), host as string);
    this.#sockets.add(target);
    target.once('close', () => this.#sockets.delete(target));
    target.on('error', () => socket.destroy());
    socket.once('close', () => target.destroy());
    return socket.pipe(target).pipe(socket);
  }
}
