// What goes over the socket: frames of a length (4 bytes), a kind (1 byte) and a body.

export const kinds = { token: 1, message: 2, signed: 3, end: 4 };

const headerLength = 5;
// More than any token, and any message of this demo.
const longestBody = 1024 * 1024;

export function encodeFrame(kind, body) {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt8(kind, 4);
  return Buffer.concat([header, body]);
}

/** How long the frame at the start of these bytes is; nothing where that is still to come. */
export function frameLength(bytes) {
  return bytes.length < headerLength ? undefined : headerLength + bytes.readUInt32BE(0);
}

export function bodyOf(frame) {
  return frame.subarray(headerLength);
}

/**
 * The body of a frame with a sealed message. Its parts follow each other in the order message,
 * token, padding: what was signed without encryption is then in one piece on every package.
 */
export function encodeSealed({ message, token, padding }) {
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(token.length, 0);
  lengths.writeUInt16BE(padding.length, 2);
  return Buffer.concat([lengths, message, token, padding]);
}

export function decodeSealed(body) {
  if (body.length < 4) throw new Error('The frame is too short for a sealed message.');
  const paddingStart = body.length - body.readUInt16BE(2);
  const tokenStart = paddingStart - body.readUInt16BE(0);
  if (tokenStart < 4) throw new Error('The frame is shorter than the lengths in it.');
  return {
    message: body.subarray(4, tokenStart),
    token: body.subarray(tokenStart, paddingStart),
    padding: body.subarray(paddingStart),
  };
}

/** Takes frames from a stream. It reads only when asked: back-pressure reaches the sender. */
export class FrameReader {
  #chunks;
  #held = [];
  #heldLength = 0;

  /** @param {AsyncIterable<Buffer>} stream */
  constructor(stream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next frame; nothing at the end of the stream. */
  async read() {
    const header = await this.#take(headerLength);
    if (!header) return undefined;
    const length = header.readUInt32BE(0);
    if (length > longestBody) throw new Error(`A frame of ${length} bytes is too long.`);
    const body = await this.#take(length);
    if (!body) throw new Error('The connection ended within a frame.');
    return { kind: header.readUInt8(4), body };
  }

  async #take(length) {
    while (this.#heldLength < length) {
      const { value, done } = await this.#chunks.next();
      if (done) return this.#atEnd();
      this.#held.push(value);
      this.#heldLength += value.length;
    }
    const bytes = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held);
    this.#held = [bytes.subarray(length)];
    this.#heldLength -= length;
    return bytes.subarray(0, length);
  }

  #atEnd() {
    if (this.#heldLength > 0) throw new Error('The connection ended within a frame.');
    return undefined;
  }
}
