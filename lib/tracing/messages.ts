import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { statusName } from '../errors/status.js';
import {
  bufferKind,
  SECBUFFER_DATA,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecBuffer,
} from '../message/buffers.js';
import { MAX_BUFFERS, type MessageResult } from '../message/layout.js';
import type { SealedParts, UnwrapResult } from '../message/wrap.js';
import type { UnwrapTrace, WrapTrace } from './traces.js';

// The sizes that traces tell. Arguments are counted before anybody has checked them: what is not
// bytes counts nothing, and the call itself will refuse it.

export function bytesIn(value: unknown): number {
  return isUint8Array(value) ? byteLengthOf(value) : 0;
}

export function bytesInParts(
  parts: Partial<Record<keyof SealedParts, Uint8Array>> | undefined,
): number {
  return bytesIn(parts?.token) + bytesIn(parts?.message) + bytesIn(parts?.padding);
}

export function bytesInBuffers(buffers: readonly (SecBuffer | undefined)[]): number {
  return bytesOf(buffers, () => true);
}

/** Those of the message alone. */
export function bytesInData(buffers: readonly (SecBuffer | undefined)[]): number {
  return bytesOf(buffers, isData);
}

const isData = (buffer: SecBuffer | undefined) =>
  typeof buffer?.type === 'number' && bufferKind(buffer.type) === SECBUFFER_DATA;

function bytesOf(
  buffers: readonly (SecBuffer | undefined)[],
  counts: (buffer: SecBuffer | undefined) => boolean,
): number {
  if (!Array.isArray(buffers) || buffers.length > MAX_BUFFERS) return 0;
  return buffers.filter(counts).reduce((sum, buffer) => sum + bytesIn(buffer?.data), 0);
}

// What the results of calls say.

type Sealed = Pick<WrapTrace, 'outputBytes'>;
type Opened = Pick<UnwrapTrace, 'outputBytes' | 'encrypted' | 'status'>;

export const sealedOutcome = (bytes: Buffer): Sealed => ({ outputBytes: bytes.length });
export const sealedIntoOutcome = (length: number): Sealed => ({ outputBytes: length });
export const sealedPartsOutcome = (parts: SealedParts): Sealed => ({
  outputBytes: bytesInParts(parts),
});
export const sealedBuffersOutcome = (buffers: readonly SecBuffer[]): Sealed => ({
  outputBytes: bytesInBuffers(buffers),
});
export const signedBuffersOutcome = (buffers: readonly SecBuffer[]): Sealed => ({
  outputBytes: bytesInBuffers(buffers) - bytesInData(buffers),
});

export const openedOutcome = ({ message, encrypted }: UnwrapResult): Opened => ({
  outputBytes: message.length,
  encrypted,
});
export const openedBuffersOutcome = ({ qop, status, buffers }: MessageResult): Opened => ({
  status: statusName(status),
  outputBytes: bytesInData(buffers),
  encrypted: qop !== SECQOP_WRAP_NO_ENCRYPT,
});
export const verifiedOutcome = (): Opened => ({});
