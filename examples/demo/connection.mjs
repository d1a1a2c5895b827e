import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeFrame, FrameReader } from './frames.mjs';

/** A socket that takes and gives frames. */
export class Connection {
  #socket;
  #reader;
  #closed = new AbortController();

  constructor(socket) {
    this.#socket = socket;
    this.#reader = new FrameReader(socket);
    // A token must not wait for more bytes to travel with.
    socket.setNoDelay(true);
    socket.on('error', () => {}); // The next call reports it.
    socket.on('close', () => this.#closed.abort());
  }

  static async open(port) {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  get bytesWritten() {
    return this.#socket.bytesWritten;
  }

  /** Resolves when there is room for the next one. */
  async send(kind, body) {
    try {
      this.#closed.signal.throwIfAborted();
      if (this.#socket.write(encodeFrame(kind, body))) return;
      await once(this.#socket, 'drain', { signal: this.#closed.signal });
    } catch (cause) {
      throw new Error('The other side hung up.', { cause });
    }
  }

  /** The next frame; nothing when the other side has hung up. */
  receive() {
    return this.#reader.read();
  }

  hangUp() {
    this.#socket.end();
  }
}
