import { isUint8Array } from 'node:util/types';
import { getBinding } from '../addon/binding.js';
import { byteLengthOf } from '../bytes.js';
import { type ContextAttributes, queryAttribute, type Sizes } from '../context/attributes.js';
import type { Handshake } from '../context/handshake.js';
import { sspiError, UnsupportedFunctionError } from '../errors/errors.js';
import { SEC_E_OK, SEC_I_RENEGOTIATE } from '../errors/status.js';
import { usageError } from '../errors/usage-error.js';
import { validateBytes, validateUint32, validBits, validOptions } from '../validate.js';
import {
  bufferKind,
  SECBUFFER_DATA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecBuffer,
} from './buffers.js';
import {
  type BufferCall,
  laidOut,
  MAX_BUFFERS,
  type MessageFunctionName,
  type MessageResult,
  NativeMessages,
  ownCopy,
  type WrapRoom,
} from './layout.js';
import { Queue } from './queue.js';

export interface EncryptOptions {
  /** Quality of protection: 0, or SECQOP_WRAP_NO_ENCRYPT. */
  qop?: number;
  /** The transport's sequence number. Kerberos and NTLM keep their own and ignore it. */
  sequenceNumber?: number;
}

export interface DecryptOptions {
  sequenceNumber?: number;
}

export interface DecryptResult {
  /** Quality of protection: SECQOP_WRAP_NO_ENCRYPT where the message was not encrypted. */
  readonly qop: number;
  /** The Windows name of the status: SEC_E_OK, or SEC_I_CONTEXT_EXPIRED, SEC_I_RENEGOTIATE, … */
  readonly status: string;
  readonly buffers: SecBuffer[];
}

// Kerberos's token with DCE_STYLE, which cbSecurityTrailer does not always cover.
const DCE_STYLE_TOKEN = 76;

// Room for a token whatever SECPKG_ATTR_SIZES says: some packages state less than they write.
const LEAST_TOKEN = 64;
const LEAST_DCE_STYLE_TOKEN = 128;

/** The bytes that a package may write into a buffer of each kind, and the longest message. */
interface Room {
  readonly token: number;
  readonly streamHeader: number;
  readonly streamTrailer: number;
  readonly maximumMessage: number | undefined;
}

/** Of packages whose messages are no streams. */
const noStream = { header: 0, trailer: 0, maximumMessage: undefined };

/** What the sizes of a complete context ask of messages that are sealed. */
interface Rooms {
  readonly toEncrypt: Room;
  readonly toWrap: WrapRoom;
}

type MessageCall = BufferCall<MessageFunctionName>;

/** What a call does to the context's state: two calls in one direction follow one another. */
type Direction = 'outgoing' | 'incoming';

/** The four message functions of a complete context, over checked SecBuffer arrays. */
export class MessageProtection {
  readonly #handshake: Handshake;
  // Made at the first asynchronous call.
  #queues: Record<Direction, Queue> | undefined;
  #native: NativeMessages | undefined;
  // Asked for at the first message. They change with the context's steps only: see forgetSizes().
  #sizes: Partial<Sizes> | undefined;
  #rooms: Rooms | undefined;

  constructor(handshake: Handshake) {
    this.#handshake = handshake;
  }

  encrypt(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#call('outgoing', this.#encryptCall(buffers, options)).buffers;
  }

  async encryptAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return (await this.#callAsync('outgoing', this.#encryptCall(buffers, options))).buffers;
  }

  decrypt(buffers: readonly SecBuffer[], options?: DecryptOptions): MessageResult {
    return this.#decrypted(
      this.#call('incoming', this.#openCall('decryptMessage', buffers, options)),
    );
  }

  async decryptAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<MessageResult> {
    return this.#decrypted(
      await this.#callAsync('incoming', this.#openCall('decryptMessage', buffers, options)),
    );
  }

  #decrypted(result: MessageResult): MessageResult {
    if (result.status === SEC_I_RENEGOTIATE) this.#handshake.expectRenegotiation();
    return result;
  }

  wrap(message: Uint8Array, qop: number): Buffer {
    const room = this.#roomToSeal(message);
    return this.#messages.wrap(message, qop, room);
  }

  /**
   * Seals a message into memory; gives the length. Nothing: one of the two is not memory of its own, or
   * the target has no room for the message and wrapRoom.
   */
  wrapInto(target: Uint8Array, message: Uint8Array, qop: number): number | undefined {
    const room = this.#roomToSeal(message);
    return this.#messages.wrapInto(target, message, qop, room);
  }

  unwrap(sealed: Uint8Array, tokenLength: number | undefined): { message: Buffer; qop: number } {
    this.#handshake.assertComplete();
    this.#queues?.incoming.assertEmpty();
    return this.#messages.unwrap(sealed, tokenLength);
  }

  /** Copies the message at once; those before it in the same direction are sealed first. */
  async wrapAsync(message: Uint8Array, qop: number): Promise<Buffer> {
    this.#handshake.assertComplete();
    const { toEncrypt, toWrap: room } = this.#knownRooms;
    validateMessageLength(byteLengthOf(message), toEncrypt);
    const memory = laidOut(message, room);
    return this.#inTurn('outgoing', () => this.#messages.wrapAsync(memory, qop, room));
  }

  /** The same for opening. */
  async unwrapAsync(
    sealed: Uint8Array,
    tokenLength: number | undefined,
  ): Promise<{ message: Buffer; qop: number }> {
    this.#handshake.assertComplete();
    const memory = ownCopy(sealed);
    return this.#inTurn('incoming', () => this.#messages.unwrapAsync(memory, tokenLength));
  }

  // While a call waits for its turn or runs, the context may be closed.
  #inTurn<Value>(direction: Direction, call: () => Promise<Value>): Promise<Value> {
    this.#queues ??= { outgoing: new Queue(), incoming: new Queue() };
    return this.#queues[direction].run(async () => {
      this.#handshake.assertComplete();
      const result = await call();
      this.#handshake.assertComplete();
      return result;
    });
  }

  // Throws where the message cannot be sealed now.
  #roomToSeal(message: Uint8Array): WrapRoom {
    this.#handshake.assertComplete();
    this.#queues?.outgoing.assertEmpty();
    const { toEncrypt, toWrap } = this.#knownRooms;
    if (toEncrypt.maximumMessage !== undefined && isUint8Array(message)) {
      validateMessageLength(byteLengthOf(message), toEncrypt);
    }
    return toWrap;
  }

  get #messages(): NativeMessages {
    this.#native ??= new NativeMessages(getBinding(), this.#handshake.handle);
    return this.#native;
  }

  applyControlToken(buffers: readonly SecBuffer[]): void {
    this.#handshake.assertComplete();
    this.assertIdle();
    const call = { name: 'applyControlToken', buffers: validBuffers(buffers) } as const;
    const whole = { ...call, qop: 0, sequenceNumber: 0 };
    assertOk('ApplyControlToken', this.#messages.callBuffers(whole));
    this.#handshake.expectControlStep();
  }

  /** After steps of a complete context, which may have agreed on another cipher. */
  forgetSizes(): void {
    this.#sizes = undefined;
    this.#rooms = undefined;
  }

  /** Throws while there are asynchronous calls: what changes the whole context cannot overtake them. */
  assertIdle(): void {
    this.#queues?.outgoing.assertEmpty();
    this.#queues?.incoming.assertEmpty();
  }

  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#call('outgoing', this.#signCall(buffers, options)).buffers;
  }

  async makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return (await this.#callAsync('outgoing', this.#signCall(buffers, options))).buffers;
  }

  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): MessageResult {
    return this.#call('incoming', this.#openCall('verifySignature', buffers, options));
  }

  async verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<MessageResult> {
    return this.#callAsync('incoming', this.#openCall('verifySignature', buffers, options));
  }

  /** The package that authenticated. */
  get package(): string | undefined {
    return this.#handshake.package;
  }

  get dceStyle(): boolean {
    return this.#handshake.flags.dceStyle === true;
  }

  /** What sealing by wrap() may add to a message. */
  get wrapRoom(): WrapRoom {
    return this.#knownRooms.toWrap;
  }

  /** The most bytes of a token that encrypt() needs room for. */
  get tokenRoom(): number {
    return this.#knownRooms.toEncrypt.token;
  }

  /** Room for a signature of any package. */
  get signatureRoom(): number {
    return Math.max(this.#roomToSign.token, LEAST_TOKEN);
  }

  // A package that signs need not have the sizes of streams.
  get #roomToSign(): Room {
    const { maxSignature: token = 0 } = this.#knownSizes;
    return { token, streamHeader: 0, streamTrailer: 0, maximumMessage: undefined };
  }

  get #knownSizes(): Partial<Sizes> {
    this.#sizes ??= this.#attributeIfKnown('sizes') ?? {};
    return this.#sizes;
  }

  get #knownRooms(): Rooms {
    this.#rooms ??= this.#findRooms();
    return this.#rooms;
  }

  #findRooms(): Rooms {
    const { securityTrailer = 0, blockSize = 0 } = this.#knownSizes;
    const token = this.dceStyle ? Math.max(securityTrailer, DCE_STYLE_TOKEN) : securityTrailer;
    const stream = this.#attributeIfKnown('streamSizes') ?? noStream;
    const least = this.dceStyle ? LEAST_DCE_STYLE_TOKEN : LEAST_TOKEN;
    return {
      toEncrypt: {
        token,
        streamHeader: stream.header,
        streamTrailer: stream.trailer,
        maximumMessage: stream.maximumMessage,
      },
      toWrap: { token: Math.max(token, least), padding: blockSize },
    };
  }

  // Not every package has every attribute.
  #attributeIfKnown<Name extends keyof ContextAttributes>(
    name: Name,
  ): ContextAttributes[Name] | undefined {
    try {
      return queryAttribute(this.#handshake, name);
    } catch (error) {
      if (error instanceof UnsupportedFunctionError) return undefined;
      throw error;
    }
  }

  #encryptCall(buffers: readonly SecBuffer[], options: EncryptOptions | undefined): MessageCall {
    this.#handshake.assertComplete();
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const checked = validBuffers(buffers);
    validateRoom(checked, this.#knownRooms.toEncrypt);
    return { name: 'encryptMessage', buffers: checked, qop, sequenceNumber };
  }

  #signCall(buffers: readonly SecBuffer[], options: EncryptOptions | undefined): MessageCall {
    this.#handshake.assertComplete();
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const checked = validBuffers(buffers);
    validateRoom(checked, this.#roomToSign);
    return { name: 'makeSignature', buffers: checked, qop, sequenceNumber };
  }

  #openCall(
    name: 'decryptMessage' | 'verifySignature',
    buffers: readonly SecBuffer[],
    options: DecryptOptions | undefined,
  ): MessageCall {
    this.#handshake.assertComplete();
    const sequenceNumber = validSequenceNumber(options);
    return { name, buffers: validBuffers(buffers), qop: 0, sequenceNumber };
  }

  #call(direction: Direction, call: MessageCall): MessageResult {
    this.#queues?.[direction].assertEmpty();
    return checked(call, this.#messages.callBuffers(call));
  }

  // While a call waits for its turn, the memory may go elsewhere.
  #callAsync(direction: Direction, call: MessageCall): Promise<MessageResult> {
    validateMemory(call.buffers);
    const lengths = call.buffers.map(lengthOf);
    return this.#inTurn(direction, async () => {
      validateLengths(call.buffers, lengths);
      return checked(call, await this.#messages.callBuffersAsync(call));
    });
  }
}

// Opening a message can end in a success that is not SEC_E_OK and that the caller has to see. The
// other functions have not done what was asked for then: the message is not sealed.
function checked(call: MessageCall, result: MessageResult): MessageResult {
  if (call.name !== 'decryptMessage') assertOk(functionNames[call.name], result);
  return result;
}

const functionNames = {
  encryptMessage: 'EncryptMessage',
  decryptMessage: 'DecryptMessage',
  makeSignature: 'MakeSignature',
  verifySignature: 'VerifySignature',
} as const;

/** A success such as SEC_I_CONTEXT_EXPIRED comes without the message that was asked for. */
export function assertOk(syscall: string, { status }: MessageResult): void {
  if (status !== SEC_E_OK) throw sspiError(syscall, status);
}

/** A copy of the array, each property read once, so that what was checked is what is used. */
function validBuffers(buffers: readonly SecBuffer[]): SecBuffer[] {
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

// Whether the memory is nobody else's is for the call to see, or for validateMemory().
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

function validateMemory(buffers: readonly SecBuffer[]): void {
  for (const [index, { data }] of buffers.entries()) {
    if (data !== null) validateBytes(data, `buffers[${index}].data`);
  }
}

function lengthOf({ data }: SecBuffer): number {
  return data === null ? 0 : byteLengthOf(data);
}

function validateLengths(buffers: readonly SecBuffer[], lengths: readonly number[]): void {
  const changed = buffers.findIndex((buffer, index) => lengthOf(buffer) !== lengths[index]);
  if (changed < 0) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"buffers[${changed}].data" was detached or resized while the call waited for its turn`,
  );
}

/** Some packages write past a buffer that is too small: such a call must not happen. */
function validateRoom(buffers: readonly SecBuffer[], room: Room): void {
  let message = 0;
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index] as SecBuffer;
    const length = lengthOf(buffer);
    const kind = bufferKind(buffer.type);
    if (kind === SECBUFFER_DATA) message += length;
    const least = leastLength(kind, room);
    if (length >= least) continue;
    throw usageError(
      'ERR_OUT_OF_RANGE',
      `"buffers[${index}].data" must have room for ${least} bytes, the most that the package may ` +
        `write there (queryAttribute tells sizes and streamSizes). Received ${length} bytes`,
    );
  }
  validateMessageLength(message, room);
}

function validateMessageLength(length: number, room: Room): void {
  const { maximumMessage = Number.POSITIVE_INFINITY } = room;
  if (length <= maximumMessage) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `The message must not be longer than ${maximumMessage} bytes (streamSizes.maximumMessage). ` +
      `Received ${length} bytes`,
  );
}

function leastLength(kind: number, room: Room): number {
  switch (kind) {
    case SECBUFFER_TOKEN:
      return room.token;
    case SECBUFFER_STREAM_HEADER:
      return room.streamHeader;
    case SECBUFFER_STREAM_TRAILER:
      return room.streamTrailer;
    default:
      return 0;
  }
}

const noOptions: Required<EncryptOptions> = Object.freeze({ qop: 0, sequenceNumber: 0 });

function validEncryptOptions(options: EncryptOptions | undefined): Required<EncryptOptions> {
  if (options === undefined) return noOptions;
  const { qop = 0, sequenceNumber = 0 } = validOptions(options, 'options', [
    'qop',
    'sequenceNumber',
  ]);
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return { qop: validBits(qop, 'options.qop'), sequenceNumber };
}

function validSequenceNumber(options: DecryptOptions | undefined): number {
  if (options === undefined) return 0;
  const { sequenceNumber = 0 } = validOptions(options, 'options', ['sequenceNumber']);
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return sequenceNumber;
}
