import { validateBoolean, validateUint32, validBits, validOptions } from '../validate.js';
import { SECQOP_WRAP_NO_ENCRYPT } from './buffers.js';

export interface EncryptOptions {
  /** Quality of protection: 0, or SECQOP_WRAP_NO_ENCRYPT. */
  qop?: number | undefined;
  /** The transport's sequence number. Kerberos and NTLM keep their own and ignore it. */
  sequenceNumber?: number | undefined;
}

export interface DecryptOptions {
  sequenceNumber?: number | undefined;
}

export interface WrapOptions {
  /** false: sign, and leave the message readable. Default: true. */
  encrypt?: boolean | undefined;
}

/** Encrypt options, read and checked. */
export interface EncryptSettings {
  readonly qop: number;
  readonly sequenceNumber: number;
}

const noOptions: EncryptSettings = Object.freeze({ qop: 0, sequenceNumber: 0 });

export function validEncryptOptions(options: EncryptOptions | undefined): EncryptSettings {
  if (options === undefined) return noOptions;
  const valid = validOptions(options, 'options', ['qop', 'sequenceNumber']);
  const { qop = 0, sequenceNumber = 0 } = valid;
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return { qop: validBits(qop, 'options.qop'), sequenceNumber };
}

export function validDecryptOptions(options: DecryptOptions | undefined): EncryptSettings {
  if (options === undefined) return noOptions;
  const { sequenceNumber = 0 } = validOptions(options, 'options', ['sequenceNumber']);
  validateUint32(sequenceNumber, 'options.sequenceNumber');
  return { qop: 0, sequenceNumber };
}

/** The quality of protection that wrap() asks for. */
export function validWrapQop(options: WrapOptions | undefined): number {
  if (options === undefined) return 0;
  const { encrypt = true } = validOptions(options, 'options', ['encrypt']);
  validateBoolean(encrypt, 'options.encrypt');
  return encrypt ? 0 : SECQOP_WRAP_NO_ENCRYPT;
}
