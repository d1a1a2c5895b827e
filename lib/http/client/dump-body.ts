import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { handshakeError } from './errors.js';
import { LONGEST_REFUSAL, refusalError } from './handshake.js';

// https://www.rfc-editor.org/rfc/rfc9112#section-6

/**
 * Reads a refusal's body off a connection, by the head that came before it. Returns whether the connection can
 * be used for the next request.
 */
export async function dumpBody(
  socket: Socket,
  { statusCode, headers, httpVersion }: IncomingMessage,
): Promise<boolean> {
  const said = `${headers.connection ?? ''},${headers['proxy-connection'] ?? ''}`.toLowerCase();
  const closes = said.includes('close') || (httpVersion === '1.0' && !said.includes('keep-alive'));
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  // The rest goes with the connection.
  if (closes || (coding === undefined ? length === undefined : !/\bchunked$/i.test(coding))) {
    return false;
  }
  const refusal = new RefusalReader(socket, statusCode as number);
  try {
    if (coding === undefined) await refusal.skip(Number(length));
    else await refusal.skipChunks();
  } finally {
    await refusal.release();
  }
  // What comes without a request is no answer to the next one.
  return refusal.isAtEnd;
}

/** Reads a body in whatever pieces it comes. */
class RefusalReader {
  readonly #status: number;
  readonly #parts: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #total = 0;

  constructor(socket: Socket, status: number) {
    this.#status = status;
    // Its wait ends when the connection does, for whatever reason.
    this.#parts = socket.iterator({ destroyOnReturn: false });
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  /** Leaves the connection to others. */
  async release(): Promise<void> {
    await this.#parts.return?.();
  }

  async skip(length: number): Promise<void> {
    this.#count(length);
    let missing = length;
    while (missing > this.#rest.length) {
      missing -= this.#rest.length;
      await this.#readOn();
    }
    this.#rest = this.#rest.subarray(missing);
  }

  async skipChunks(): Promise<void> {
    for (;;) {
      const size = /^([0-9a-f]{1,8})[ \t]*(;|$)/i.exec(await this.#readLine())?.[1];
      if (size === undefined) throw this.#malformed();
      const length = Number.parseInt(size, 16);
      if (length === 0) break;
      await this.skip(length);
      if ((await this.#readLine()) !== '') throw this.#malformed();
    }
    while ((await this.#readLine()) !== '');
  }

  async #readLine(): Promise<string> {
    let line = '';
    for (;;) {
      const end = this.#rest.indexOf('\n') + 1;
      const part = end > 0 ? this.#rest.subarray(0, end) : this.#rest;
      this.#count(part.length);
      line += part.toString('latin1');
      if (line.length > 1024) throw handshakeError('A line of a refusal is longer than 1 KiB');
      if (end > 0) {
        this.#rest = this.#rest.subarray(end);
        return line.replace(/\r?\n$/, '');
      }
      await this.#readOn();
    }
  }

  /** Replaces what has been used up by what comes next. */
  async #readOn(): Promise<void> {
    const { done, value } = await this.#parts.next();
    if (done) throw handshakeError('The proxy closed the connection in the middle');
    this.#rest = value;
  }

  #count(length: number): void {
    this.#total += length;
    if (this.#total > LONGEST_REFUSAL) throw refusalError(this.#status);
  }

  #malformed(): Error {
    return handshakeError(`The body of a ${this.#status} is malformed`);
  }
}
