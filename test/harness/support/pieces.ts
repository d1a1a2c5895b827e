import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** In which pieces bytes come: one byte a write, or all that are there in one write. */
export const pieces = ['one byte a write', 'all in one write'] as const;

export type Pieces = (typeof pieces)[number];

/** Writes bytes, each in a turn of its own where that is asked for. */
export async function writeIn(how: Pieces, socket: Socket, bytes: Buffer | string): Promise<void> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const length = how === 'one byte a write' ? 1 : all.length;
  for (let at = 0; at < all.length && socket.writable; at += length) {
    await new Promise((resolve) => socket.write(all.subarray(at, at + length), resolve));
    // The peer, in the same process, reads it before there is more.
    await new Promise(setImmediate);
  }
}

// What comes after it is TLS, or a body: Node reads these.
const longest = 600;

/** A relay of TCP connections to a port of this machine, whose answers come in other pieces. */
export class Relay implements AsyncDisposable {
  readonly #server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, how: Pieces) {
    this.#server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port, host: '127.0.0.1', noDelay: true });
      this.#pass(near, far, 'all in one write');
      this.#pass(far, near, how);
    });
  }

  static async to(port: number, how: Pieces): Promise<Relay> {
    const made = new Relay(port, how);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(from: Socket, to: Socket, how: Pieces): Promise<void> {
    let passed = 0;
    this.#sockets.add(from);
    from.on('error', () => {}).once('close', () => this.#sockets.delete(from));
    try {
      for await (const part of from.iterator({ destroyOnReturn: false })) {
        const early = part.subarray(0, Math.max(0, longest - passed));
        passed += part.length;
        await writeIn(how, to, early);
        await writeIn('all in one write', to, part.subarray(early.length));
      }
    } catch {
      // The other side closes then.
    }
    to.end(() => to.destroySoon());
  }
}
