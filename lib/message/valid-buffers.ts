import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import { validateArray, validateBytes, validateInteger, validBits } from '../validate.js';
import { createArray } from './array.js';
import {
  bufferKind,
  SECBUFFER_DATA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecBuffer,
} from './buffers.js';
import { MAX_BUFFERS } from './call-frame.js';

/** Copies an array of buffers. Reads each property once, so that what is checked is what is used. */
export function validBuffers(buffers: readonly SecBuffer[]): SecBuffer[] {
  validateArray(buffers, 'buffers');
  const { length } = buffers;
  validateInteger(length, 'buffers.length', 1, MAX_BUFFERS);
  return createArray(length, (index) => validBuffer(buffers[index], index));
}

// The addon rejects shared memory, or validateMemory() does.
function validBuffer(buffer: unknown, index: number): SecBuffer {
  if (typeof buffer !== 'object' || buffer === null) {
    throw createError(
      'ERR_INVALID_ARG_TYPE',
      `buffers[${index}]`,
      'an object { type, data }',
      buffer,
    );
  }
  const { type: bits, data } = buffer as Partial<SecBuffer>;
  const type = isUint32(bits) ? bits : validBits(bits, `buffers[${index}].type`);
  if (data !== null && !isUint8Array(data)) validateBytes(data, `buffers[${index}].data`);
  return { type, data: data as Uint8Array | null };
}

const isUint32 = (value: unknown): value is number =>
  typeof value === 'number' && value >>> 0 === value;

/** Checks the type alone. The addon rejects shared memory: to check that too would take longer than a call. */
export function validateUint8Array(value: Uint8Array, name: string): void {
  if (!isUint8Array(value)) validateBytes(value, name);
}

/** Rejects memory that other threads can reach, or that is too long. */
export function validateMemory(buffers: readonly SecBuffer[]): void {
  for (let index = 0; index < buffers.length; index++) {
    const { data } = buffers[index] as SecBuffer;
    if (data !== null) validateBytes(data, `buffers[${index}].data`);
  }
}

export function lengthOf({ data }: SecBuffer): number {
  return data === null ? 0 : byteLengthOf(data);
}

/** Throws where memory was detached or resized since it had these lengths. */
export function validateLengths(buffers: readonly SecBuffer[], lengths: readonly number[]): void {
  for (let index = 0; index < buffers.length; index++) {
    if (lengthOf(buffers[index] as SecBuffer) === lengths[index]) continue;
    throw createError('ERR_SSPI_BUFFER_DETACHED', `buffers[${index}].data`);
  }
}

/** The room that a package needs in a buffer of each kind. In bytes. */
export interface RequiredRoom {
  readonly token: number;
  readonly streamHeader: number;
  readonly streamTrailer: number;
}

/** Some packages write past a buffer that is too small: such a call must not happen. */
export function validateRoom(buffers: readonly SecBuffer[], required: RequiredRoom): void {
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index] as SecBuffer;
    const least = leastLength(bufferKind(buffer.type), required);
    if (lengthOf(buffer) >= least) continue;
    // A detached buffer has no length.
    if (buffer.data !== null) validateBytes(buffer.data, `buffers[${index}].data`);
    throw createError(
      'ERR_OUT_OF_RANGE',
      `buffers[${index}].data.byteLength`,
      `>= ${least}, the most that the package may write (the attributes sizes and streamSizes)`,
      lengthOf(buffer),
    );
  }
}

function leastLength(kind: number, required: RequiredRoom): number {
  switch (kind) {
    case SECBUFFER_TOKEN:
      return required.token;
    case SECBUFFER_STREAM_HEADER:
      return required.streamHeader;
    case SECBUFFER_STREAM_TRAILER:
      return required.streamTrailer;
    default:
      return 0;
  }
}

/** The bytes of the DATA buffers. */
export function messageLength(buffers: readonly SecBuffer[]): number {
  let length = 0;
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index] as SecBuffer;
    if (bufferKind(buffer.type) === SECBUFFER_DATA) length += lengthOf(buffer);
  }
  return length;
}

/** `maximum`: streamSizes.maximumMessage; absent: messages may have any length. */
export function validateMessageLength(
  name: string,
  length: number,
  maximum: number | undefined,
): void {
  if (maximum === undefined || length <= maximum) return;
  throw createError(
    'ERR_OUT_OF_RANGE',
    name,
    `<= ${maximum} bytes (streamSizes.maximumMessage)`,
    `${length} bytes`,
  );
}
