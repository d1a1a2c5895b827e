import { describeError } from './calls.mjs';
import { decodeSealed, encodeSealed, kinds } from './frames.mjs';

/**
 * Seals a text and sends it. Without `encrypt` it is signed and stays readable.
 * @returns what it looks like on the wire
 */
export async function sendText(context, connection, { text, encrypt = true }) {
  const bytes = Buffer.from(text);
  // NTLM encrypts such a message all the same: there, the signature goes beside it.
  const apart = !encrypt && context.package === 'NTLM';
  const parts = apart ? signApart(context, bytes) : context.wrapDetached(bytes, { encrypt });
  await connection.send(apart ? kinds.signed : kinds.message, encodeSealed(parts));
  const { token, message, padding } = parts;
  return { token: look(token), data: look(message), padding: look(padding) };
}

function signApart(context, message) {
  return { message, token: context.sign(message), padding: Buffer.alloc(0) };
}

function look(bytes) {
  return { length: bytes.length, start: bytes.toString('hex', 0, 16) };
}

/**
 * Opens the next message of the peer.
 * @returns {Promise<{ text?: string, encrypted?: boolean, failure?: object }>} a refusal of the
 *   message is an answer here
 */
export async function receiveText(context, connection) {
  const frame = await connection.receive();
  if (frame?.kind !== kinds.message && frame?.kind !== kinds.signed) {
    throw new Error('The other side sent no message.');
  }
  try {
    const { message, encrypted } = openFrame(context, frame);
    return { text: message.toString(), encrypted };
  } catch (error) {
    return { failure: describeError(error) };
  }
}

function openFrame(context, { kind, body }) {
  const parts = decodeSealed(body);
  if (kind === kinds.message) return context.unwrapDetached(parts);
  context.verify(parts.message, parts.token);
  return { message: parts.message, encrypted: false };
}
