import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import {
  ClientContext,
  type ClientContextFlags,
  type ClientContextOptions,
  Credentials,
  IncompleteMessageError,
  SCHANNEL_SHUTDOWN,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecBuffer,
  type SecurityContext,
} from 'winsspi';

/** The bytes of a stream, as many at a time as are wanted. */
export class ByteReader {
  readonly #parts: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#parts = stream.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  }

  /** At least one byte; none at the end. */
  async read(longest = Number.POSITIVE_INFINITY): Promise<Buffer> {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#parts.next();
      if (!done) this.#rest = value;
    }
    const bytes = this.#rest.subarray(0, longest);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0; ) {
      const part = await this.read(missing);
      if (part.length === 0) throw new Error(`The stream has ended, ${missing} bytes early.`);
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** The next TLS record: type, version, length, and as many bytes (RFC 5246, section 6.2). */
  async takeRecord(): Promise<Buffer> {
    const header = await this.take(5);
    return Buffer.concat([header, await this.take(header.readUInt16BE(3))]);
  }

  /** Puts bytes in front of those that come. */
  putBack(bytes: Buffer): void {
    this.#rest = Buffer.concat([bytes, this.#rest]);
  }
}

/** A message or a part of the handshake that was incomplete. */
export interface Incomplete {
  readonly input: Buffer;
  readonly missing: number | undefined;
}

/** A TLS client over a real socket, whose TLS is a security context. */
export class TlsClient {
  readonly context: ClientContext;
  readonly socket: Socket;
  readonly reader: ByteReader;

  private constructor(context: ClientContext, socket: Socket) {
    this.context = context;
    this.socket = socket;
    this.reader = new ByteReader(socket);
  }

  /** Connected, before the first step. */
  static async connect(
    { host, port }: { host: string; port: number },
    options: Partial<Omit<ClientContextOptions, 'flags'>> & {
      package?: string;
      flags?: ClientContextFlags;
    } = {},
  ): Promise<TlsClient> {
    const { package: packageName = 'Schannel', flags, ...rest } = options;
    using credentials = await Credentials.acquire({ package: packageName });
    const context = new ClientContext(credentials, {
      targetName: 'localhost',
      // The certificate is self-signed.
      flags: { stream: true, manualCredentialValidation: true, ...flags },
      ...rest,
    });
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new TlsClient(context, socket);
  }

  /** Connected, with a complete context. */
  static async open(...args: Parameters<typeof TlsClient.connect>): Promise<TlsClient> {
    const client = await TlsClient.connect(...args);
    await client.handshake();
    return client;
  }

  /** Passes tokens until the context is complete. Tells where the server's were incomplete. */
  async handshake({
    input,
    pieces,
  }: {
    input?: Buffer;
    pieces?: number;
  } = {}): Promise<Incomplete[]> {
    const incomplete: Incomplete[] = [];
    for (let rest = input; !this.context.done; ) {
      try {
        const { token, done, extra } = await this.context.step(rest);
        if (token) this.socket.write(token);
        if (done) this.reader.putBack(extra ?? Buffer.alloc(0));
        else rest = extra ?? (await this.#more(pieces));
      } catch (error) {
        if (!(error instanceof IncompleteMessageError) || !rest) throw error;
        incomplete.push({ input: rest, missing: error.missing });
        rest = Buffer.concat([rest, await this.#more(pieces)]);
      }
    }
    return incomplete;
  }

  async #more(pieces: number | undefined): Promise<Buffer> {
    const bytes = await this.reader.read(pieces);
    if (bytes.length === 0) throw new Error('The server has closed during the handshake.');
    return bytes;
  }

  /** Sends a message that fits into one record. */
  send(message: string | Uint8Array): void {
    this.socket.write(seal(this.context, Buffer.from(message as string)));
  }

  /** The message of the next record. */
  async receive(): Promise<Buffer> {
    return open(this.context, await this.reader.takeRecord()).message;
  }

  [Symbol.dispose](): void {
    this.context.close();
    this.socket.destroy();
  }
}

/** The buffers of EncryptMessage around a message: room for the header, and for the trailer. */
export function recordBuffers(context: SecurityContext, message: Uint8Array): SecBuffer[] {
  const { header, trailer } = context.queryAttribute('streamSizes');
  return [
    { type: SECBUFFER_STREAM_HEADER, data: Buffer.alloc(header) },
    { type: SECBUFFER_DATA, data: Buffer.from(message) },
    { type: SECBUFFER_STREAM_TRAILER, data: Buffer.alloc(trailer) },
    { type: SECBUFFER_EMPTY, data: null },
  ];
}

/** The message as one record. */
export function seal(context: SecurityContext, message: Uint8Array): Buffer {
  const sealed = context.encryptMessage(recordBuffers(context, message));
  return Buffer.concat(sealed.map(({ data }) => data ?? Buffer.alloc(0)));
}

export interface Opened {
  readonly status: string;
  readonly message: Buffer;
  /** The records behind the first one. */
  readonly extra: Buffer | undefined;
}

/** Opens the first of the records, in their memory. */
export function open(context: SecurityContext, records: Buffer): Opened {
  const empty = { type: SECBUFFER_EMPTY, data: null };
  const data = { type: SECBUFFER_DATA, data: records };
  const { status, buffers } = context.decryptMessage([data, empty, empty, empty]);
  const part = (type: number) => buffers.find((buffer) => buffer.type === type)?.data;
  const [message, extra] = [part(SECBUFFER_DATA), part(SECBUFFER_EXTRA)];
  return {
    status,
    message: Buffer.from(message ?? []),
    extra: extra ? Buffer.from(extra.buffer, extra.byteOffset, extra.byteLength) : undefined,
  };
}

/** The close_notify for the peer. */
export async function closeNotify(context: SecurityContext): Promise<Buffer> {
  const token = Buffer.alloc(4);
  token.writeUInt32LE(SCHANNEL_SHUTDOWN);
  context.applyControlToken([{ type: SECBUFFER_TOKEN, data: token }]);
  const result = await context.step();
  if (!result.token) throw new Error(`There is no close_notify (${result.status}).`);
  return result.token;
}
