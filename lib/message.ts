import { type ContextAttributes, queryAttribute } from './attributes.js';
import {
  bufferKind,
  SECBUFFER_DATA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecBuffer,
} from './buffers.js';
import { sspiError, UnsupportedFunctionError, usageError } from './errors.js';
import { getBinding } from './internal/binding.js';
import { byteLengthOf } from './internal/bytes.js';
import type { Handshake } from './internal/handshake.js';
import { callMessageFunction, MAX_BUFFERS, type MessageResult } from './internal/layout.js';
import { validateBytes, validateUint32, validOptions } from './internal/validate.js';
import { SEC_E_OK } from './status.js';

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

/** The bytes that a package may write into a buffer of each kind, and the longest message. */
interface Room {
  readonly token: number;
  readonly streamHeader?: number;
  readonly streamTrailer?: number;
  readonly maximumMessage?: number;
}

/** The four message functions of a complete context, over checked SecBuffer arrays. */
export class MessageProtection {
  readonly #handshake: Handshake;
  #toEncrypt: Room | undefined;
  #toSign: Room | undefined;

  constructor(handshake: Handshake) {
    this.#handshake = handshake;
  }

  encrypt(buffers: readonly SecBuffer[], options: EncryptOptions): SecBuffer[] {
    this.#handshake.assertComplete();
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const checked = validBuffers(buffers);
    validateRoom(checked, this.roomToEncrypt);
    const result = this.#call('encryptMessage', checked, qop, sequenceNumber);
    assertOk('EncryptMessage', result);
    return result.buffers;
  }

  decrypt(buffers: readonly SecBuffer[], options: DecryptOptions): MessageResult {
    this.#handshake.assertComplete();
    const sequenceNumber = validSequenceNumber(options);
    return this.#call('decryptMessage', validBuffers(buffers), 0, sequenceNumber);
  }

  makeSignature(buffers: readonly SecBuffer[], options: EncryptOptions): SecBuffer[] {
    this.#handshake.assertComplete();
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const checked = validBuffers(buffers);
    validateRoom(checked, this.roomToSign);
    const result = this.#call('makeSignature', checked, qop, sequenceNumber);
    assertOk('MakeSignature', result);
    return result.buffers;
  }

  verifySignature(buffers: readonly SecBuffer[], options: DecryptOptions): MessageResult {
    this.#handshake.assertComplete();
    const sequenceNumber = validSequenceNumber(options);
    const result = this.#call('verifySignature', validBuffers(buffers), 0, sequenceNumber);
    assertOk('VerifySignature', result);
    return result;
  }

  /** The package that authenticated. */
  get package(): string | undefined {
    return this.#handshake.package;
  }

  get dceStyle(): boolean {
    return this.#handshake.flags.dceStyle === true;
  }

  // The sizes of a complete context do not change.

  get roomToEncrypt(): Room {
    this.#toEncrypt ??= this.#findRoomToEncrypt();
    return this.#toEncrypt;
  }

  get roomToSign(): Room {
    this.#toSign ??= { token: this.#attributeIfKnown('sizes')?.maxSignature ?? 0 };
    return this.#toSign;
  }

  get blockSize(): number {
    return this.#attributeIfKnown('sizes')?.blockSize ?? 0;
  }

  #findRoomToEncrypt(): Room {
    const trailer = this.#attributeIfKnown('sizes')?.securityTrailer ?? 0;
    const token = this.dceStyle ? Math.max(trailer, DCE_STYLE_TOKEN) : trailer;
    const stream = this.#attributeIfKnown('streamSizes');
    if (!stream) return { token };
    const { header: streamHeader, trailer: streamTrailer, maximumMessage } = stream;
    return { token, streamHeader, streamTrailer, maximumMessage };
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

  #call(
    name: 'encryptMessage' | 'decryptMessage' | 'makeSignature' | 'verifySignature',
    buffers: readonly SecBuffer[],
    qop: number,
    sequenceNumber: number,
  ): MessageResult {
    const { handle } = this.#handshake;
    return callMessageFunction(getBinding(), name, handle, buffers, qop, sequenceNumber);
  }
}

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
  return Array.from({ length }, (_, index) => validBuffer(buffers[index], `buffers[${index}]`));
}

function validBuffer(buffer: unknown, name: string): SecBuffer {
  if (typeof buffer !== 'object' || buffer === null) {
    throw usageError('ERR_INVALID_ARG_TYPE', `"${name}" must be an object { type, data }`);
  }
  const { type, data } = buffer as Partial<SecBuffer>;
  validateUint32(type, `${name}.type`);
  if (data !== null) validateBytes(data, `${name}.data`);
  return { type, data };
}

/** Some packages write past a buffer that is too small: such a call must not happen. */
function validateRoom(buffers: readonly SecBuffer[], room: Room): void {
  let message = 0;
  for (const [index, { type, data }] of buffers.entries()) {
    const length = data === null ? 0 : byteLengthOf(data);
    const kind = bufferKind(type);
    if (kind === SECBUFFER_DATA) message += length;
    const least = leastLength(kind, room);
    if (length >= least) continue;
    throw usageError(
      'ERR_OUT_OF_RANGE',
      `"buffers[${index}].data" must have room for ${least} bytes, the most that the package may ` +
        `write there (queryAttribute tells sizes and streamSizes). Received ${length} bytes`,
    );
  }
  const { maximumMessage = Number.POSITIVE_INFINITY } = room;
  if (message <= maximumMessage) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `The message must not be longer than ${maximumMessage} bytes (streamSizes.maximumMessage). ` +
      `Received ${message} bytes`,
  );
}

function leastLength(kind: number, room: Room): number {
  switch (kind) {
    case SECBUFFER_TOKEN:
      return room.token;
    case SECBUFFER_STREAM_HEADER:
      return room.streamHeader ?? 0;
    case SECBUFFER_STREAM_TRAILER:
      return room.streamTrailer ?? 0;
    default:
      return 0;
  }
}

function validEncryptOptions(options: EncryptOptions): Required<EncryptOptions> {
  const { qop = 0, sequenceNumber = 0 } = validOptions(options, 'options', [
    'qop',
    'sequenceNumber',
  ]);
  validateUint32(qop, 'options.qop');
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return { qop, sequenceNumber };
}

function validSequenceNumber(options: DecryptOptions): number {
  const { sequenceNumber = 0 } = validOptions(options, 'options', ['sequenceNumber']);
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return sequenceNumber;
}
