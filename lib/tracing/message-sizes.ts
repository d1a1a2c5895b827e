import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { bufferKind, SECBUFFER_DATA, type SecBuffer } from '../message/buffers.js';
import { MAX_BUFFERS } from '../message/call-frame.js';
import type { ReceivedParts } from '../message/messages.js';

// The sizes in traces. Arguments are counted before they are checked: what is not bytes counts nothing,
// and the call itself rejects it.

type Buffers = readonly (SecBuffer | undefined)[];

export function bytesIn(value: unknown): number {
  return isUint8Array(value) ? byteLengthOf(value) : 0;
}

export function bytesInParts(parts: Partial<ReceivedParts> | undefined): number {
  return bytesIn(parts?.token) + bytesIn(parts?.message) + bytesIn(parts?.padding);
}

export function bytesInBuffers(buffers: Buffers): number {
  return count(buffers, () => true);
}

/** The bytes of the DATA buffers alone. */
export function bytesInData(buffers: Buffers): number {
  return count(buffers, isData);
}

const isData = (buffer: SecBuffer | undefined) =>
  typeof buffer?.type === 'number' && bufferKind(buffer.type) === SECBUFFER_DATA;

function count(buffers: Buffers, counts: (buffer: SecBuffer | undefined) => boolean): number {
  if (!Array.isArray(buffers) || buffers.length > MAX_BUFFERS) return 0;
  let sum = 0;
  for (let index = 0; index < buffers.length; index++) {
    if (counts(buffers[index])) sum += bytesIn(buffers[index]?.data);
  }
  return sum;
}
