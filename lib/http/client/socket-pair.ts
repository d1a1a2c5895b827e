import { Duplex } from 'node:stream';
import { ignoreErrors } from '../ignore-errors.js';

/** One end of a connection within the process, with what node:http wants of a socket. */
export class PairedSocket extends Duplex {
  #peer: PairedSocket | undefined;
  #goOn: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timeout = 0;

  constructor() {
    super();
    ignoreErrors(this);
  }

  static pair(): [PairedSocket, PairedSocket] {
    const one = new PairedSocket();
    const other = new PairedSocket();
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    if (callback) {
      if (milliseconds > 0) this.once('timeout', callback);
      else this.removeListener('timeout', callback);
    }
    this.#timeout = milliseconds;
    this.#touch();
    return this;
  }

  // There is no TCP here, and nothing that keeps the process alive.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  override _write(part: Buffer, _: BufferEncoding, callback: (error?: Error) => void): void {
    const peer = this.#peer;
    this.#touch();
    if (!peer || peer.destroyed) {
      callback(new Error('The other end was closed'));
      return;
    }
    peer.#touch();
    if (peer.push(part)) callback();
    else peer.#goOn = callback;
  }

  override _final(callback: () => void): void {
    this.#peer?.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#timer);
    const peer = this.#peer;
    this.#peer = undefined;
    this.#goOn?.();
    // What was written before arrives, also where it is read late; then the other end closes too.
    if (peer && !peer.destroyed) {
      if (!peer.readableEnded && !error) peer.push(null);
      if (error || peer.readableLength === 0) setImmediate(() => peer.destroy());
      else peer.once('end', () => peer.destroy());
    }
    callback(error);
  }

  #touch(): void {
    clearTimeout(this.#timer);
    if (this.#timeout === 0) return;
    this.#timer = setTimeout(() => this.emit('timeout'), this.#timeout).unref();
  }
}
