import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How the bytes of a request come: each in a write of its own, or all together. */
export const pieces = ['one byte a write', 'all in one write'] as const;
export type Pieces = (typeof pieces)[number];

/** A connection that is written byte by byte, and read as it comes. It does not close when the server does. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (part: string) => {
      this.#received += part;
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  async send(text: string, how: Pieces = 'all in one write'): Promise<void> {
    const parts = how === 'one byte a write' ? text : [text];
    for (const part of parts) {
      await new Promise<unknown>((resolve) => this.socket.write(part, 'latin1', resolve));
    }
  }

  /** Everything that has come and was not taken yet. */
  get received(): string {
    return this.#received;
  }

  /** The next answer, with its headers and its body of a known length. */
  async answer(): Promise<string> {
    for (;;) {
      const head = /^HTTP\/1\.1 [\s\S]*?\r\n\r\n/.exec(this.#received)?.[0] ?? '';
      const [, length = Infinity] = /\r\ncontent-length: (\d+)\r\n/i.exec(head) ?? [];
      const whole = head.length + Number(length);
      if (this.#received.length >= whole) {
        const answer = this.#received.slice(0, whole);
        this.#received = this.#received.slice(whole);
        return answer;
      }
      await once(this.socket, 'data');
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
