import { findHint, lookUpStatus, statusName, statusNumber } from './status.js';
import type { StatusName } from './status-table.js';

/** What a function that failed gives beside its status. */
export interface FailureDetails {
  /** With SEC_E_INCOMPLETE_MESSAGE: how many bytes are still to come. */
  readonly missing?: number;
  /** Of a step that asked for extended errors: what the package left for the peer. */
  readonly token?: Buffer;
}

/**
 * A function of Windows failed with a status. The subclasses are the families of statuses.
 *
 * @example
 * try {
 *   await context.step(token);
 * } catch (error) {
 *   if (error instanceof LogonDeniedError) refuse();
 *   else if (error instanceof SspiError) report(error.code, error.syscall);
 *   else throw error;
 * }
 *
 * https://learn.microsoft.com/windows/win32/secauthn/sspi-status-codes
 */
export class SspiError extends Error {
  /** The Windows name of the status; its number in hexadecimal where the name is not known. */
  readonly code: string;
  /** The SECURITY_STATUS, unsigned. */
  readonly status: number;
  /** The function that failed, such as `DecryptMessage`. */
  readonly syscall: string;
  // Private, so that nothing prints it.
  readonly #token: Buffer | undefined;

  constructor(syscall: string, status: number, details?: FailureDetails) {
    const entry = lookUpStatus(status);
    const number = statusNumber(status);
    const name = entry ? `${entry.name} (${number})` : number;
    const meaning = entry?.meaning ?? 'a status that the Windows SDK gives no name';
    const hint = entry && findHint(entry.name, syscall);
    super(`${syscall}: ${name}: ${meaning}${hint ? `. ${hint}` : ''}`);
    this.code = statusName(status);
    this.status = status >>> 0;
    this.syscall = syscall;
    this.#token = details?.token;
  }

  /**
   * The token that a failed step left for the peer: send it, so that the peer learns the reason too. With
   * Kerberos it is a KRB-ERROR, with Negotiate a reject of SPNEGO, with Schannel a TLS alert. Undefined
   * without the flag `extendedError`, where the package left none, and for functions other than a step.
   */
  get token(): Buffer | undefined {
    return this.#token;
  }
}

/** The message or its signature was changed, or belongs to another context. */
export class MessageAlteredError extends SspiError {}

/** The message is a replay, or others before it are missing. */
export class OutOfSequenceError extends SspiError {}

/** A part of the message is still to come: call again with more bytes. The context stays usable. */
export class IncompleteMessageError extends SspiError {
  /** How many bytes are missing, where the package reported it. */
  readonly missing: number | undefined;

  constructor(syscall: string, status: number, details?: FailureDetails) {
    super(syscall, status);
    this.missing = details?.missing;
  }
}

/** The lifetime of the context is over, or its peer ended it. */
export class ContextExpiredError extends SspiError {}

/** A token, or a buffer of a message, is missing or malformed. */
export class InvalidTokenError extends SspiError {}

/** Windows does not know the handle. */
export class InvalidHandleError extends SspiError {}

/** The user name, the password or the account was not accepted. */
export class LogonDeniedError extends SspiError {}

/** There is nothing to authenticate with. */
export class NoCredentialsError extends SspiError {}

/** No account owns the target name. */
export class TargetUnknownError extends SspiError {}

/** The peer is not the principal that the target name means. */
export class WrongPrincipalError extends SspiError {}

/** The clocks of the two sides, or of one and the domain controller, are too far apart. */
export class TimeSkewError extends SspiError {}

/** The channel bindings of the two sides differ. */
export class BadBindingsError extends SspiError {}

/** No domain controller answered. */
export class NoAuthorityError extends SspiError {}

/** A fall-back to a weaker protocol was refused: often because no domain controller answered. */
export class DowngradeDetectedError extends SspiError {}

/** The trust between this machine, its domain and the domain of the account does not work. */
export class TrustFailedError extends SspiError {}

/** A certificate, or the smart card that holds it, was not accepted. */
export class CertificateError extends SspiError {}

/** A buffer has too little room for what the package writes. */
export class BufferTooSmallError extends SspiError {}

/** Windows had not enough memory. */
export class InsufficientMemoryError extends SspiError {}

/** The cipher of the context is not supported. */
export class CryptoSystemInvalidError extends SspiError {}

/** The context offers neither the confidentiality nor the integrity that the call needs. */
export class QopNotSupportedError extends SspiError {}

/** The package does not have the function, the attribute or the option, or a policy forbids it. */
export class UnsupportedFunctionError extends SspiError {}

/** No security package has the name. */
export class PackageNotFoundError extends SspiError {}

/** No account has the name or the security identifier. */
export class AccountNotFoundError extends SspiError {}

type SspiErrorClass = new (syscall: string, status: number, details?: FailureDetails) => SspiError;
type Family = readonly [Class: SspiErrorClass, codes: readonly StatusName[]];

/** The classes by their names, and the statuses of each. Those of no family are SspiErrors. */
export const families: Readonly<Record<string, Family>> = {
  SspiError: [SspiError, []],
  MessageAlteredError: [MessageAlteredError, ['SEC_E_MESSAGE_ALTERED']],
  OutOfSequenceError: [OutOfSequenceError, ['SEC_E_OUT_OF_SEQUENCE']],
  IncompleteMessageError: [IncompleteMessageError, ['SEC_E_INCOMPLETE_MESSAGE']],
  ContextExpiredError: [ContextExpiredError, ['SEC_E_CONTEXT_EXPIRED', 'SEC_I_CONTEXT_EXPIRED']],
  InvalidTokenError: [InvalidTokenError, ['SEC_E_INVALID_TOKEN']],
  InvalidHandleError: [InvalidHandleError, ['SEC_E_INVALID_HANDLE']],
  LogonDeniedError: [
    LogonDeniedError,
    [
      'SEC_E_LOGON_DENIED',
      'SEC_E_SMARTCARD_LOGON_REQUIRED',
      'STATUS_NO_SUCH_USER',
      'STATUS_WRONG_PASSWORD',
      'STATUS_LOGON_FAILURE',
      'STATUS_ACCOUNT_RESTRICTION',
      'STATUS_INVALID_LOGON_HOURS',
      'STATUS_INVALID_WORKSTATION',
      'STATUS_PASSWORD_EXPIRED',
      'STATUS_ACCOUNT_DISABLED',
      'STATUS_LOGON_TYPE_NOT_GRANTED',
      'STATUS_ACCOUNT_EXPIRED',
      'STATUS_PASSWORD_MUST_CHANGE',
      'STATUS_ACCOUNT_LOCKED_OUT',
      'STATUS_AUTHENTICATION_FIREWALL_FAILED',
    ],
  ],
  NoCredentialsError: [NoCredentialsError, ['SEC_E_NO_CREDENTIALS', 'SEC_E_UNKNOWN_CREDENTIALS']],
  TargetUnknownError: [TargetUnknownError, ['SEC_E_TARGET_UNKNOWN']],
  WrongPrincipalError: [WrongPrincipalError, ['SEC_E_WRONG_PRINCIPAL']],
  TimeSkewError: [TimeSkewError, ['SEC_E_TIME_SKEW', 'STATUS_TIME_DIFFERENCE_AT_DC']],
  BadBindingsError: [BadBindingsError, ['SEC_E_BAD_BINDINGS', 'STATUS_BAD_BINDINGS']],
  NoAuthorityError: [
    NoAuthorityError,
    ['SEC_E_NO_AUTHENTICATING_AUTHORITY', 'STATUS_NO_LOGON_SERVERS', 'ERROR_NO_SUCH_DOMAIN'],
  ],
  DowngradeDetectedError: [
    DowngradeDetectedError,
    ['SEC_E_DOWNGRADE_DETECTED', 'STATUS_DOWNGRADE_DETECTED'],
  ],
  TrustFailedError: [
    TrustFailedError,
    [
      'ERROR_TRUSTED_RELATIONSHIP_FAILURE',
      'STATUS_NO_TRUST_SAM_ACCOUNT',
      'STATUS_TRUSTED_DOMAIN_FAILURE',
      'STATUS_TRUSTED_RELATIONSHIP_FAILURE',
    ],
  ],
  CertificateError: [
    CertificateError,
    [
      'SEC_E_UNTRUSTED_ROOT',
      'SEC_E_CERT_UNKNOWN',
      'SEC_E_CERT_EXPIRED',
      'SEC_E_PKINIT_NAME_MISMATCH',
      'SEC_E_MULTIPLE_ACCOUNTS',
      'SEC_E_CERT_WRONG_USAGE',
      'SEC_E_SMARTCARD_CERT_REVOKED',
      'SEC_E_ISSUING_CA_UNTRUSTED',
      'SEC_E_REVOCATION_OFFLINE_C',
      'SEC_E_PKINIT_CLIENT_FAILURE',
      'SEC_E_SMARTCARD_CERT_EXPIRED',
      'SEC_E_REVOCATION_OFFLINE_KDC',
      'SEC_E_ISSUING_CA_UNTRUSTED_KDC',
      'SEC_E_KDC_CERT_EXPIRED',
      'SEC_E_KDC_CERT_REVOKED',
      'SEC_E_PKU2U_CERT_FAILURE',
      'CRYPT_E_REVOKED',
      'CRYPT_E_NO_REVOCATION_CHECK',
      'CRYPT_E_REVOCATION_OFFLINE',
      'CRYPT_E_NOT_IN_REVOCATION_DATABASE',
      'TRUST_E_CERT_SIGNATURE',
      'TRUST_E_BASIC_CONSTRAINTS',
      'CERT_E_EXPIRED',
      'CERT_E_UNTRUSTEDROOT',
      'CERT_E_CHAINING',
      'CERT_E_REVOKED',
      'CERT_E_CN_NO_MATCH',
      'CERT_E_WRONG_USAGE',
      'STATUS_PKINIT_FAILURE',
      'STATUS_SMARTCARD_SUBSYSTEM_FAILURE',
    ],
  ],
  BufferTooSmallError: [
    BufferTooSmallError,
    ['SEC_E_BUFFER_TOO_SMALL', 'SEC_E_EXT_BUFFER_TOO_SMALL'],
  ],
  InsufficientMemoryError: [
    InsufficientMemoryError,
    ['SEC_E_INSUFFICIENT_MEMORY', 'ERROR_NOT_ENOUGH_MEMORY'],
  ],
  CryptoSystemInvalidError: [CryptoSystemInvalidError, ['SEC_E_CRYPTO_SYSTEM_INVALID']],
  QopNotSupportedError: [QopNotSupportedError, ['SEC_E_QOP_NOT_SUPPORTED']],
  UnsupportedFunctionError: [
    UnsupportedFunctionError,
    ['SEC_E_UNSUPPORTED_FUNCTION', 'STATUS_NTLM_BLOCKED'],
  ],
  PackageNotFoundError: [PackageNotFoundError, ['SEC_E_SECPKG_NOT_FOUND', 'SEC_E_BAD_PKGID']],
  AccountNotFoundError: [AccountNotFoundError, ['ERROR_NONE_MAPPED']],
};

// Minifiers rename classes, but not keys.
for (const [name, [Class]] of Object.entries(families)) {
  Class.prototype.name = name;
}

let classes: ReadonlyMap<string, SspiErrorClass> | undefined;

/** Creates the error of a status, in the class of its family. */
export function sspiError(syscall: string, status: number, details?: FailureDetails): SspiError {
  classes ??= new Map(
    Object.values(families).flatMap(([Class, codes]) => codes.map((code) => [code, Class])),
  );
  const Class = classes.get(statusName(status)) ?? SspiError;
  return new Class(syscall, status, details);
}
