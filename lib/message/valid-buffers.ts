import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { usageError } from '../errors/usage-error.js';
import { validateBytes, validBits } from '../validate.js';
import {
  bufferKind,
  SECBUFFER_DATA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecBuffer,
} from './buffers.js';
import { MAX_BUFFERS } from './call-frame.js';

/** The room that a package needs in each kind of buffer, and the longest message. */
export interface RequiredRoom {
  readonly token: number;
  readonly streamHeader: number;
  readonly streamTrailer: number;
  readonly maximumMessage: number | undefined;
}

/** A copy of the array, each property read once, so that what was checked is what is used. */
export function validBuffers(buffers: readonly SecBuffer[]): SecBuffer[] {
  if (!Array.isArray(buffers)) {
    throw usageError('ERR_INVALID_ARG_TYPE', '"buffers" must be an array of { type, data }');
  }
  const { length } = buffers;
  if (length === 0 || length > MAX_BUFFERS) {
    throw usageError(
      'ERR_OUT_OF_RANGE',
      `"buffers" must have from 1 to ${MAX_BUFFERS} entries. Received ${length}`,
    );
  }
  const valid: SecBuffer[] = [];
  for (let index = 0; index < length; index++) valid.push(validBuffer(buffers[index], index));
  return valid;
}

// The addon rejects shared memory, or validateMemory() does.
function validBuffer(buffer: unknown, index: number): SecBuffer {
  if (typeof buffer !== 'object' || buffer === null) {
    throw usageError(
      'ERR_INVALID_ARG_TYPE',
      `"buffers[${index}]" must be an object { type, data }`,
    );
  }
  const { type: bits, data } = buffer as Partial<SecBuffer>;
  const type = isUint32(bits) ? bits : validBits(bits, `buffers[${index}].type`);
  if (data !== null && !isUint8Array(data)) validateBytes(data, `buffers[${index}].data`);
  return { type, data: data as Uint8Array | null };
}

const isUint32 = (value: unknown): value is number =>
  typeof value === 'number' && value >>> 0 === value;

export function validateMemory(buffers: readonly SecBuffer[]): void {
  for (const [index, { data }] of buffers.entries()) {
    if (data !== null) validateBytes(data, `buffers[${index}].data`);
  }
}

export function lengthOf({ data }: SecBuffer): number {
  return data === null ? 0 : byteLengthOf(data);
}

export function validateLengths(buffers: readonly SecBuffer[], lengths: readonly number[]): void {
  const changed = buffers.findIndex((buffer, index) => lengthOf(buffer) !== lengths[index]);
  if (changed < 0) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"buffers[${changed}].data" was detached or resized while the call waited for its turn`,
  );
}

/** Some packages write past a buffer that is too small: such a call must not happen. */
export function validateRoom(buffers: readonly SecBuffer[], required: RequiredRoom): void {
  let message = 0;
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index] as SecBuffer;
    const length = lengthOf(buffer);
    const kind = bufferKind(buffer.type);
    if (kind === SECBUFFER_DATA) message += length;
    const least = leastLength(kind, required);
    if (length >= least) continue;
    throw usageError(
      'ERR_OUT_OF_RANGE',
      `"buffers[${index}].data" must have room for ${least} bytes, the most that the package may ` +
        `write there (queryAttribute tells sizes and streamSizes). Received ${length} bytes`,
    );
  }
  validateMessageLength(message, required.maximumMessage);
}

export function validateMessageLength(length: number, maximum = Number.POSITIVE_INFINITY): void {
  if (length <= maximum) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `The message must not be longer than ${maximum} bytes (streamSizes.maximumMessage). ` +
      `Received ${length} bytes`,
  );
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
