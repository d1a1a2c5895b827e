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

export interface WrapDetachedOptions extends WrapOptions {
  /**
   * false: pass no PADDING buffer, for protocols that send token and message only, such as WinRM and
   * DCE/RPC. A package that has to pad, such as Kerberos with RC4, then fails. Default: true.
   */
  padding?: boolean | undefined;
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
  return toWrapQop(encrypt);
}

/** What wrapDetached() asks for: the quality of protection, and whether it passes a PADDING buffer. */
export function validWrapDetached(options: WrapDetachedOptions | undefined): {
  readonly qop: number;
  readonly pads: boolean;
} {
  if (options === undefined) return { qop: 0, pads: true };
  const { encrypt = true, padding = true } = validOptions(options, 'options', [
    'encrypt',
    'padding',
  ]);
  const qop = toWrapQop(encrypt);
  validateBoolean(padding, 'options.padding');
  return { qop, pads: padding };
}

function toWrapQop(encrypt: unknown): number {
  validateBoolean(encrypt, 'options.encrypt');
  return encrypt ? 0 : SECQOP_WRAP_NO_ENCRYPT;
}
