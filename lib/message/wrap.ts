import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { sspiError } from '../errors/errors.js';
import { usageError } from '../errors/usage-error.js';
import { validateBoolean, validateBytes, validOptions } from '../validate.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecBuffer,
} from './buffers.js';
import type { MessageResult } from './layout.js';
import { assertOk, type MessageProtection } from './protection.js';

// Bytes in, bytes out: what protocols need, over the SecBuffer arrays that packages want.

export interface WrapOptions {
  /** false: sign, and leave the message readable. Default: true. */
  encrypt?: boolean;
}

/** A sealed message in its parts, which a protocol sends in an order of its own. */
export interface SealedParts {
  readonly token: Buffer;
  readonly message: Buffer;
  readonly padding: Buffer;
}

export interface UnwrapResult {
  readonly message: Buffer;
  /** Whether the message was encrypted; false: signed only. */
  readonly encrypted: boolean;
}

const SEC_E_INVALID_TOKEN = 0x80090308;

function qopOf(options: WrapOptions | undefined): number {
  if (options === undefined) return 0;
  const { encrypt = true } = validOptions(options, 'options', ['encrypt']);
  validateBoolean(encrypt, 'options.encrypt');
  return encrypt ? 0 : SECQOP_WRAP_NO_ENCRYPT;
}

function partsOf([token, data, padding]: SecBuffer[]): SealedParts {
  return { token: bytesOf(token), message: bytesOf(data), padding: bytesOf(padding) };
}

export function wrapDetached(
  messages: MessageProtection,
  message: Uint8Array,
  options: WrapOptions | undefined,
): SealedParts {
  validateBytes(message, 'message');
  const qop = qopOf(options);
  const { token: start, padding } = messages.wrapRoom;
  const end = start + byteLengthOf(message);
  // Packages like one run of memory best. Zeroed: a package may not write all of it.
  const memory = Buffer.alloc(end + padding);
  memory.set(message, start);
  const buffers = [
    { type: SECBUFFER_TOKEN, data: memory.subarray(0, start) },
    { type: SECBUFFER_DATA, data: memory.subarray(start, end) },
    { type: SECBUFFER_PADDING, data: memory.subarray(end) },
  ];
  return partsOf(messages.encrypt(buffers, { qop }));
}

export function wrap(
  messages: MessageProtection,
  message: Uint8Array,
  options: WrapOptions | undefined,
): Buffer {
  const qop = qopOf(options);
  assertUint8Array(message, 'message');
  return messages.wrap(message, qop);
}

export async function wrapAsync(
  messages: MessageProtection,
  message: Uint8Array,
  options: WrapOptions | undefined,
): Promise<Buffer> {
  const qop = qopOf(options);
  validateBytes(message, 'message');
  return messages.wrapAsync(message, qop);
}

// Whether the memory is nobody else's is for the call to see: asking here would cost more than it.
function assertUint8Array(value: Uint8Array, name: string): void {
  if (!isUint8Array(value)) validateBytes(value, name);
}

/** The most bytes that sealing adds to a message. */
export function wrapOverhead(messages: MessageProtection): number {
  return messages.wrapRoom.token + messages.wrapRoom.padding;
}

// What the addon refuses, it is asked about: asking first would cost more than the call.
export function wrapInto(
  messages: MessageProtection,
  target: Uint8Array,
  message: Uint8Array,
  options: WrapOptions | undefined,
): number {
  const length = messages.wrapInto(target, message, qopOf(options));
  if (length === undefined) throw refusedMemory(messages, target, message);
  return length;
}

// Of its own: V8 does not inline what is long.
function refusedMemory(
  messages: MessageProtection,
  target: Uint8Array,
  message: Uint8Array,
): Error {
  validateBytes(target, 'target');
  validateBytes(message, 'message');
  return usageError(
    'ERR_OUT_OF_RANGE',
    `"target" must have room for ${byteLengthOf(message) + wrapOverhead(messages)} bytes, those of ` +
      `the message and wrapOverhead. Received ${byteLengthOf(target)} bytes`,
  );
}

export function unwrapDetached(
  messages: MessageProtection,
  parts: { token: Uint8Array; message: Uint8Array; padding?: Uint8Array },
): UnwrapResult {
  const { token, message, padding } = validOptions(parts, 'parts', ['token', 'message', 'padding']);
  validateBytes(token, 'parts.token');
  validateBytes(message, 'parts.message');
  if (padding !== undefined) validateBytes(padding, 'parts.padding');
  // The message first: where a package writes past it, the memory is still this call's own.
  const memory = Buffer.concat([message, token, padding ?? Buffer.alloc(0)]);
  const start = byteLengthOf(message);
  const end = start + byteLengthOf(token);
  const data: SecBuffer = { type: SECBUFFER_DATA, data: memory.subarray(0, start) };
  const buffers = [{ type: SECBUFFER_TOKEN, data: memory.subarray(start, end) }, data];
  if (padding) buffers.push({ type: SECBUFFER_PADDING, data: memory.subarray(end) });
  return opened(messages.decrypt(buffers));
}

/**
 * How long the token at the start of a sealed message is, for NTLM, which does not take a stream. The
 * other packages find the parts of a stream themselves, and leave the message as a range of it.
 */
function tokenLengthOf(messages: MessageProtection, sealed: Uint8Array): number | undefined {
  if (messages.package !== 'NTLM') return undefined;
  const length = messages.tokenRoom;
  if (byteLengthOf(sealed) < length) throw sspiError('DecryptMessage', SEC_E_INVALID_TOKEN);
  return length;
}

export function unwrap(messages: MessageProtection, sealed: Uint8Array): UnwrapResult {
  assertUint8Array(sealed, 'sealed');
  const { message, qop } = messages.unwrap(sealed, tokenLengthOf(messages, sealed));
  return { message, encrypted: qop !== SECQOP_WRAP_NO_ENCRYPT };
}

export async function unwrapAsync(
  messages: MessageProtection,
  sealed: Uint8Array,
): Promise<UnwrapResult> {
  validateBytes(sealed, 'sealed');
  const { message, qop } = await messages.unwrapAsync(sealed, tokenLengthOf(messages, sealed));
  return { message, encrypted: qop !== SECQOP_WRAP_NO_ENCRYPT };
}

function opened(result: MessageResult): UnwrapResult {
  assertOk('DecryptMessage', result);
  const encrypted = result.qop !== SECQOP_WRAP_NO_ENCRYPT;
  return { message: bytesOf(result.buffers[1]), encrypted };
}

export function sign(messages: MessageProtection, message: Uint8Array): Buffer {
  validateBytes(message, 'message');
  const [, token] = messages.makeSignature([
    { type: SECBUFFER_DATA, data: message },
    { type: SECBUFFER_TOKEN, data: Buffer.alloc(messages.signatureRoom) },
  ]);
  return bytesOf(token);
}

export function verify(
  messages: MessageProtection,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  validateBytes(message, 'message');
  validateBytes(signature, 'signature');
  messages.verifySignature([
    { type: SECBUFFER_DATA, data: message },
    { type: SECBUFFER_TOKEN, data: Buffer.from(signature) },
  ]);
}

function bytesOf(buffer: SecBuffer | undefined): Buffer {
  return (buffer?.data as Buffer | null | undefined) ?? Buffer.alloc(0);
}
