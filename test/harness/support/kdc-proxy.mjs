// A way to the domain's KDC that a test can close, hold up and cut. For a process of its own, whose
// Kerberos knows no other: it has to be started with the argument lab.kerberosFolder.
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const kdc = { host: '127.0.0.1', port: 88 };

export class KdcProxy {
  #server;
  #port = 0;
  #sockets = new Set();
  #gate = Promise.withResolvers();

  constructor() {
    this.release();
  }

  /** Listens, and writes the configuration of this process's Kerberos into its folder. */
  static async open({ realm, folder }) {
    const proxy = new KdcProxy();
    await proxy.start();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'krb5.conf'), configuration(realm, proxy.#port));
    return proxy;
  }

  /** Answers wait for release(). */
  hold() {
    this.#gate = Promise.withResolvers();
  }

  release() {
    this.#gate.resolve();
  }

  /** How many requests are under way. */
  get waiting() {
    return this.#sockets.size;
  }

  /** On the same port as before. */
  async start() {
    this.#server = createServer((socket) => this.#serve(socket)).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  /** Connections are refused from now on, and those that are there are cut. */
  async stop() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket) {
    const upstream = connect(kdc.port, kdc.host);
    this.#sockets.add(socket);
    socket
      .on('error', () => {})
      .on('close', () => {
        this.#sockets.delete(socket);
        upstream.destroy();
      });
    upstream.on('error', () => socket.destroy()).on('close', () => socket.end());
    socket.pipe(upstream);
    upstream.on('data', async (answer) => {
      await this.#gate.promise;
      if (!socket.destroyed) socket.write(answer);
    });
  }
}

const configuration = (realm, port) => `[libdefaults]
  default_realm = ${realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1

[realms]
  ${realm} = {
    kdc = 127.0.0.1:${port}
  }

[domain_realm]
  localhost = ${realm}
  .corp.test = ${realm}
`;
