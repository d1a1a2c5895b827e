import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { bodyOf, decodeSealed, frameLength } from './frames.mjs';

/** The wire between client and server: hears every byte, and may change one. */
export class Relay {
  #server;
  #serverPort;
  #sockets = new Set();
  #searches = new Set();
  #alteration;
  /** The bytes that came, by direction. */
  bytes = { toServer: 0, toClient: 0 };

  /** @param {number} serverPort where the server listens */
  constructor(serverPort) {
    this.#serverPort = serverPort;
    this.#server = createServer((near) => this.#join(near));
  }

  /** @returns {Promise<number>} the port for the client */
  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.#server.address().port;
  }

  /** Shows a search all that comes from now on. */
  watch(search) {
    this.#searches.add(search);
  }

  unwatch(search) {
    this.#searches.delete(search);
  }

  /**
   * Flips a bit in the next message to the server.
   * @param {{ repeat: boolean }} options whether the message follows as it was
   */
  alterNext({ repeat }) {
    this.#alteration = { repeat };
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(near) {
    const far = connect({ host: '127.0.0.1', port: this.#serverPort });
    for (const socket of [near, far]) this.#adopt(socket);
    const both = [
      pipeline(near, (stream) => this.#toServer(stream), far),
      pipeline(far, (stream) => this.#pass('toClient', stream), near),
    ];
    // Where one side broke off, the other sees its end: they report it.
    for (const way of both) way.catch(() => {});
  }

  #adopt(socket) {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  async *#toServer(stream) {
    let held = Buffer.alloc(0);
    for await (const chunk of this.#pass('toServer', stream)) {
      if (!this.#alteration) {
        yield chunk;
        continue;
      }
      held = Buffer.concat([held, chunk]);
      const length = frameLength(held);
      if (length === undefined || held.length < length) continue;
      yield altered(held.subarray(0, length));
      yield this.#alteration.repeat ? held : held.subarray(length);
      this.#alteration = undefined;
      held = held.subarray(held.length);
    }
  }

  async *#pass(direction, stream) {
    for await (const chunk of stream) {
      this.bytes[direction] += chunk.length;
      for (const search of this.#searches) search.feed(direction, chunk);
      yield chunk;
    }
  }
}

function altered(frame) {
  const copy = Buffer.from(frame);
  const { message } = decodeSealed(bodyOf(copy));
  message[message.length - 1] ^= 1;
  return copy;
}
