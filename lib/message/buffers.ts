// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secbuffer

export const SECBUFFER_EMPTY = 0;
export const SECBUFFER_DATA = 1;
export const SECBUFFER_TOKEN = 2;
export const SECBUFFER_PKG_PARAMS = 3;
export const SECBUFFER_MISSING = 4;
export const SECBUFFER_EXTRA = 5;
export const SECBUFFER_STREAM_TRAILER = 6;
export const SECBUFFER_STREAM_HEADER = 7;
export const SECBUFFER_NEGOTIATION_INFO = 8;
export const SECBUFFER_PADDING = 9;
export const SECBUFFER_STREAM = 10;
export const SECBUFFER_MECHLIST = 11;
export const SECBUFFER_MECHLIST_SIGNATURE = 12;
export const SECBUFFER_TARGET = 13;
export const SECBUFFER_CHANNEL_BINDINGS = 14;
export const SECBUFFER_CHANGE_PASS_RESPONSE = 15;
export const SECBUFFER_TARGET_HOST = 16;
export const SECBUFFER_ALERT = 17;
export const SECBUFFER_APPLICATION_PROTOCOLS = 18;
export const SECBUFFER_SRTP_PROTECTION_PROFILES = 19;
export const SECBUFFER_SRTP_MASTER_KEY_IDENTIFIER = 20;
export const SECBUFFER_TOKEN_BINDING = 21;
export const SECBUFFER_PRESHARED_KEY = 22;
export const SECBUFFER_PRESHARED_KEY_IDENTITY = 23;
export const SECBUFFER_DTLS_MTU = 24;
export const SECBUFFER_SEND_GENERIC_TLS_EXTENSION = 25;
export const SECBUFFER_SUBSCRIBE_GENERIC_TLS_EXTENSION = 26;
export const SECBUFFER_FLAGS = 27;
export const SECBUFFER_TRAFFIC_SECRETS = 28;

/** Flag bits of a type. */
export const SECBUFFER_ATTRMASK = 0xf0000000;
/** The buffer is not encrypted. Kerberos leaves it out of the checksum too; NTLM does not. */
export const SECBUFFER_READONLY = 0x80000000;
/** The buffer is not encrypted, and covered by the checksum. */
export const SECBUFFER_READONLY_WITH_CHECKSUM = 0x10000000;

/** Makes a header or trailer and does not encrypt. */
export const SECQOP_WRAP_NO_ENCRYPT = 0x80000001;
/** Schannel: the message is an alert. */
export const SECQOP_WRAP_OOB_DATA = 0x40000000;

/**
 * One buffer of a message. The package works in the memory of `data`. A buffer that a function
 * returns has the type and the range that the package left: `data` is then a view into the memory
 * of one of the buffers that were passed, or null.
 */
export interface SecBuffer {
  /** SECBUFFER_*, and SECBUFFER_READONLY or SECBUFFER_READONLY_WITH_CHECKSUM added. */
  type: number;
  data: Uint8Array | null;
}

/** The type without its flag bits. */
export function bufferKind(type: number): number {
  return (type & ~SECBUFFER_ATTRMASK) >>> 0;
}
