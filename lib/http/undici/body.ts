import { Stream } from 'node:stream';
import { createError } from '../../errors/usage-error.js';
import { bodyLengthError } from '../client/errors.js';
import type { OutgoingRequest } from '../client/outgoing-request.js';
import { type BodySource, ReplayableBody } from '../client/replayable-body.js';

/** A body that undici takes, and the type that it says by itself. */
interface RequestBody {
  readonly body: OutgoingRequest['body'];
  readonly type?: string | undefined;
}

/** Reads a body. `length` is what the header Content-Length says, where there is one. */
export function readBody(
  body: unknown,
  length: number | undefined,
  maxReplayBodySize: number,
): RequestBody {
  if (body === undefined || body === null) {
    if (length) throw bodyLengthError(0, length);
    return { body: undefined };
  }
  const bytes = bytesOf(body);
  if (bytes) {
    if (length !== undefined && length !== bytes.byteLength) {
      throw bodyLengthError(bytes.byteLength, length);
    }
    return { body: bytes };
  }
  if (isTagged(body, 'FormData') || isTagged(body, 'Blob') || isTagged(body, 'File')) {
    const { stream, type, size } = streamOf(body as FormData | Blob);
    return { body: new ReplayableBody(stream, maxReplayBodySize, length ?? size), type };
  }
  if (isSource(body)) return { body: new ReplayableBody(body, maxReplayBodySize, length) };
  throw createError(
    'ERR_INVALID_ARG_TYPE',
    'body',
    'text, bytes, a Blob, a FormData, a stream or an iterable',
    body,
  );
}

/** Calls back with the error of a stream, which would end the process where there is no listener. */
export function onStreamError(body: unknown, listener: (error: Error) => void): void {
  if (body instanceof Stream) body.on('error', listener);
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (!ArrayBuffer.isView(body)) return undefined;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}

// The class may be that of a package, and not the global one.
function isTagged(body: unknown, tag: string): boolean {
  return (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === tag;
}

function streamOf(body: FormData | Blob) {
  const { body: stream, headers } = new Response(body as Blob);
  const size = 'size' in body ? body.size : undefined;
  return {
    stream: stream as unknown as BodySource,
    type: headers.get('content-type') ?? undefined,
    size,
  };
}

function isSource(body: unknown): body is BodySource {
  if (typeof body !== 'object' || body === null) return false;
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}
