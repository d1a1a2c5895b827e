import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  type SecBuffer,
  type SecurityContext,
} from 'winsspi';
import type { Behaviour } from './family.js';
import type { Pair } from './handshake.js';
import { onWine } from './wine.js';

/** The parts of a sealed message, in memory of their own. */
export interface Sealed {
  readonly token: Buffer;
  readonly data: Buffer;
  readonly padding: Buffer;
}

export interface Opened {
  readonly qop: number;
  readonly message: Buffer;
}

/** TOKEN, DATA, PADDING, as a Windows program seals them. */
export function seal(context: SecurityContext, message: Buffer, qop = 0): Sealed {
  const { securityTrailer, blockSize } = context.queryAttribute('sizes');
  const [token, data, padding] = context
    .encryptMessage(
      [
        // Wine's Kerberos asks for less than it takes.
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(Math.max(securityTrailer, 60)) },
        { type: SECBUFFER_DATA, data: Buffer.from(message) },
        { type: SECBUFFER_PADDING, data: Buffer.alloc(blockSize) },
      ],
      { qop },
    )
    .map((buffer) => Buffer.from(buffer.data as Uint8Array)) as [Buffer, Buffer, Buffer];
  return { token, data, padding };
}

/** Room for a token with DCE_STYLE. Wine's Kerberos writes 76 bytes, whatever its sizes say. */
export function dceToken(context: SecurityContext): Buffer {
  const { securityTrailer } = context.queryAttribute('sizes');
  return Buffer.alloc(onWine ? Math.max(securityTrailer, 76) : securityTrailer);
}

/** The plaintext of STREAM and an empty DATA, and where in the stream it lies. */
export function openStream(context: SecurityContext, stream: Buffer) {
  const { qop, buffers } = context.decryptMessage([
    { type: SECBUFFER_STREAM, data: stream },
    { type: SECBUFFER_DATA, data: null },
  ]);
  const data = (buffers[1] as SecBuffer).data as Uint8Array;
  return { qop, message: Buffer.from(data), offset: data.byteOffset - stream.byteOffset, data };
}

/** The plaintext of TOKEN and DATA. What is passed stays as it is. */
export function openParts(context: SecurityContext, { token, data }: Sealed): Opened {
  const { qop, buffers } = context.decryptMessage([
    { type: SECBUFFER_TOKEN, data: Buffer.from(token) },
    { type: SECBUFFER_DATA, data: Buffer.from(data) },
  ]);
  return { qop, message: Buffer.from((buffers[1] as SecBuffer).data as Uint8Array) };
}

type Open = (context: SecurityContext, sealed: Sealed) => Opened;

/** The two ways to open what was sealed, and what they need. */
export const openings: readonly (readonly [string, readonly Behaviour[], Open])[] = [
  [
    'a STREAM',
    ['stream', 'messages'],
    (context, { token, data, padding }) =>
      openStream(context, Buffer.concat([token, data, padding])),
  ],
  ['TOKEN and DATA', ['messages'], openParts],
];

type Ends = (pair: Pair) => readonly [from: SecurityContext, to: SecurityContext];

/** Both directions, and what sealing in them needs. */
export const directions: readonly (readonly [string, Ends, readonly Behaviour[]])[] = [
  ['client to server', ({ client, server }) => [client, server], []],
  ['server to client', ({ client, server }) => [server, client], ['serverSeals']],
];

/** A copy with one bit changed, of the last byte or of another. */
export function flipped(bytes: Buffer, at = bytes.length - 1): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy[at] as number) ^ 1, at);
  return copy;
}
