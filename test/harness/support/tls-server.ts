import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url)));

/** The certificate of this server and of the lab's. */
export const certificate = new X509Certificate(read('rsa-sha256'));

/** A server of Node's own TLS, with one client. */
export class NodeServer {
  readonly #server: ReturnType<typeof createServer>;
  readonly #client: Promise<TLSSocket>;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.#client = once(server, 'secureConnection').then(([socket]) => socket);
    this.#client.catch(() => {}); // Not every test gets so far.
  }

  static async listen(options: TlsOptions = {}): Promise<NodeServer> {
    const key = read('rsa-sha256.key');
    const cert = read('rsa-sha256');
    // The highest version that Wine 8 has.
    const server = createServer({ cert, key, maxVersion: 'TLSv1.2', ...options });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new NodeServer(server);
  }

  get address(): { host: string; port: number } {
    const { address: host, port } = this.#server.address() as AddressInfo;
    return { host, port };
  }

  /** The server's end of the connection, after its handshake. */
  get client(): Promise<TLSSocket> {
    return this.#client;
  }

  [Symbol.dispose](): void {
    this.#server.close();
  }
}
