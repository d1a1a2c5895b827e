import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { reportProgress } from './calls.mjs';
import { decodeSealed, encodeSealed, kinds } from './frames.mjs';

// The bytes that are sealed at once. Measured: smaller ones cost more calls per byte, and much
// larger ones are no faster.
export const chunkLength = 128 * 1024;
const progressLength = 1024 * 1024;

/**
 * Sends a file in sealed chunks, and at the end its length and hash, sealed too.
 * @returns {Promise<{ bytes: number, sha256: string }>}
 */
export async function sendFile(context, connection, path) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: chunkLength })) {
    hash.update(chunk);
    bytes += chunk.length;
    await connection.send(kinds.message, encodeSealed(context.wrapDetached(chunk)));
  }
  const sent = { bytes, sha256: hash.digest('hex') };
  const end = context.wrapDetached(Buffer.from(JSON.stringify(sent)));
  await connection.send(kinds.end, encodeSealed(end));
  return sent;
}

/**
 * Opens the chunks of the peer's sendFile. They are hashed, and kept nowhere.
 * @returns {Promise<{ bytes: number, sha256: string, announced: object }>} what arrived, and what
 *   the sender said of it
 */
export async function receiveFile(context, connection) {
  const hash = createHash('sha256');
  let bytes = 0;
  let reported = 0;
  while (true) {
    const frame = await connection.receive();
    if (!frame) throw new Error('The other side hung up before the end of the file.');
    const { message } = context.unwrapDetached(decodeSealed(frame.body));
    if (frame.kind === kinds.end) {
      return { bytes, sha256: hash.digest('hex'), announced: JSON.parse(message) };
    }
    hash.update(message);
    bytes += message.length;
    if (bytes - reported < progressLength) continue;
    reportProgress(bytes);
    reported = bytes;
  }
}
