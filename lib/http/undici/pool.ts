import type { ConnectionOptions } from 'node:tls';
import type { HttpConnection } from '../client/connection.js';
import type { ConnectionFactory } from '../client/connection-factory.js';

export interface PoolLimits {
  /** How many connections there may be to an origin. */
  readonly connections: number;
  /** How long a connection stays that is not in use, in milliseconds. */
  readonly idleTimeout: number;
}

/** The connections to an origin, with the client's identity in TLS or without it. */
interface Group {
  readonly key: string;
  readonly make: () => HttpConnection;
  readonly idle: Map<HttpConnection, NodeJS.Timeout>;
  readonly waiting: ((connection: HttpConnection) => void)[];
  count: number;
}

/** The connections of a dispatcher: each serves one request at a time, and stays open for the next. */
export class ConnectionPool {
  readonly #factory: ConnectionFactory;
  readonly #limits: PoolLimits;
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<HttpConnection, Group>();

  constructor(factory: ConnectionFactory, limits: PoolLimits) {
    this.#factory = factory;
    this.#limits = limits;
  }

  /** How many connections there are, in use or not. */
  get size(): number {
    return this.#groupOf.size;
  }

  /** Takes a connection to an origin, or waits for one. Give it back with release() or forget(). */
  async take(origin: string, hasIdentity: boolean, signal: AbortSignal): Promise<HttpConnection> {
    signal.throwIfAborted();
    const group = this.#group(origin, hasIdentity);
    for (const [connection, timer] of group.idle) {
      clearTimeout(timer);
      group.idle.delete(connection);
      if (isUsable(connection)) return connection;
      this.forget(connection);
    }
    if (group.count < this.#limits.connections) return this.#make(group);
    return new Promise((resolve, reject) => {
      const wait = (connection: HttpConnection) => {
        signal.removeEventListener('abort', abort);
        resolve(connection);
      };
      const abort = () => {
        group.waiting.splice(group.waiting.indexOf(wait), 1);
        reject(signal.reason);
      };
      group.waiting.push(wait);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Gives back a connection, which the next request may use. `hint`: the server's header Keep-Alive. */
  release(connection: HttpConnection, hint?: string): void {
    const group = this.#groupOf.get(connection);
    const time = idleTime(this.#limits.idleTimeout, hint);
    if (!group || !isUsable(connection) || time <= 0) {
      this.forget(connection);
      return;
    }
    const next = group.waiting.shift();
    if (next) {
      next(connection);
      return;
    }
    const timer = setTimeout(() => this.forget(connection), time).unref();
    group.idle.set(connection, timer);
  }

  /** Closes a connection. A request that waits gets another one. */
  forget(connection: HttpConnection): void {
    connection.close();
    const group = this.#groupOf.get(connection);
    if (!group) return;
    this.#groupOf.delete(connection);
    clearTimeout(group.idle.get(connection));
    group.idle.delete(connection);
    group.count -= 1;
    const next = group.waiting.shift();
    if (next) next(this.#make(group));
    else if (group.count === 0) this.#groups.delete(group.key);
  }

  /** Closes all connections. The requests that wait for one must have ended before. */
  close(): void {
    for (const connection of [...this.#groupOf.keys()]) this.forget(connection);
  }

  #make(group: Group): HttpConnection {
    const connection = group.make();
    group.count += 1;
    this.#groupOf.set(connection, group);
    return connection;
  }

  #group(origin: string, hasIdentity: boolean): Group {
    const key = `${hasIdentity} ${origin}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const { tls } = this.#factory.settings;
    const make = () => this.#factory.make(origin, hasIdentity ? tls : withoutIdentity(tls));
    const group = { key, make, idle: new Map(), waiting: [], count: 0 };
    this.#groups.set(key, group);
    return group;
  }
}

// What has come without a request is no response to the next one.
function isUsable({ socket }: HttpConnection): boolean {
  return socket?.readableLength === 0;
}

// A server closes a connection when its time is over: a request must not meet that.
function idleTime(most: number, hint = ''): number {
  const seconds = /timeout=(\d+)/.exec(hint)?.[1];
  return seconds === undefined ? most : Math.min(most, Number(seconds) * 1000 - 1000);
}

// A certificate authenticates the client, as a token does; the name is that of another server.
const identities = [
  ...['cert', 'key', 'pfx', 'passphrase', 'secureContext', 'servername', 'session'],
  ...['pskCallback', 'clientCertEngine', 'privateKeyEngine', 'privateKeyIdentifier'],
];

function withoutIdentity(tls: ConnectionOptions): ConnectionOptions {
  return Object.fromEntries(Object.entries(tls).filter(([name]) => !identities.includes(name)));
}
