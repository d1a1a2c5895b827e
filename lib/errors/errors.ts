import { lookUpStatus, statusName, statusNumber } from './status.js';

/**
 * A function of Windows failed with a SECURITY_STATUS. The subclasses tell the families apart.
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

  constructor(syscall: string, status: number) {
    const entry = lookUpStatus(status);
    const number = statusNumber(status);
    const name = entry ? `${entry.name} (${number})` : number;
    const meaning = entry?.meaning ?? 'a status that the Windows SDK gives no name';
    const hint = entry?.hint ? `. ${entry.hint}` : '';
    super(`${syscall}: ${name}: ${meaning}${hint}`);
    this.code = statusName(status);
    this.status = status >>> 0;
    this.syscall = syscall;
  }

  static {
    SspiError.prototype.name = 'SspiError';
  }
}

/** The message or its signature was changed, or belongs to another context. */
export class MessageAlteredError extends SspiError {
  static {
    MessageAlteredError.prototype.name = 'MessageAlteredError';
  }
}

/** The message is a replay, or others before it are missing. */
export class OutOfSequenceError extends SspiError {
  static {
    OutOfSequenceError.prototype.name = 'OutOfSequenceError';
  }
}

/** A part of the message is still to come: call again with more bytes. The context goes on. */
export class IncompleteMessageError extends SspiError {
  /** How many bytes are missing, where the package said it. */
  readonly missing: number | undefined;

  constructor(syscall: string, status: number, missing?: number) {
    super(syscall, status);
    this.missing = missing;
  }

  static {
    IncompleteMessageError.prototype.name = 'IncompleteMessageError';
  }
}

/** The context's lifetime is over, or its peer ended it. */
export class ContextExpiredError extends SspiError {
  static {
    ContextExpiredError.prototype.name = 'ContextExpiredError';
  }
}

/** A token, or a buffer of a message, is missing or malformed. */
export class InvalidTokenError extends SspiError {
  static {
    InvalidTokenError.prototype.name = 'InvalidTokenError';
  }
}

/** Windows does not know the handle. */
export class InvalidHandleError extends SspiError {
  static {
    InvalidHandleError.prototype.name = 'InvalidHandleError';
  }
}

/** User name, password or account were not accepted. */
export class LogonDeniedError extends SspiError {
  static {
    LogonDeniedError.prototype.name = 'LogonDeniedError';
  }
}

/** There is nothing to authenticate with. */
export class NoCredentialsError extends SspiError {
  static {
    NoCredentialsError.prototype.name = 'NoCredentialsError';
  }
}

/** No account owns the target name. */
export class TargetUnknownError extends SspiError {
  static {
    TargetUnknownError.prototype.name = 'TargetUnknownError';
  }
}

/** The peer is not the principal that the target name means. */
export class WrongPrincipalError extends SspiError {
  static {
    WrongPrincipalError.prototype.name = 'WrongPrincipalError';
  }
}

/** The clocks of the two sides, or of one and the domain controller, are too far apart. */
export class TimeSkewError extends SspiError {
  static {
    TimeSkewError.prototype.name = 'TimeSkewError';
  }
}

/** The channel bindings of the two sides differ. */
export class BadBindingsError extends SspiError {
  static {
    BadBindingsError.prototype.name = 'BadBindingsError';
  }
}

/** No domain controller could be asked. */
export class NoAuthorityError extends SspiError {
  static {
    NoAuthorityError.prototype.name = 'NoAuthorityError';
  }
}

/** A buffer has too little room for what the package wants to write. */
export class BufferTooSmallError extends SspiError {
  static {
    BufferTooSmallError.prototype.name = 'BufferTooSmallError';
  }
}

/** Windows had not enough memory. */
export class InsufficientMemoryError extends SspiError {
  static {
    InsufficientMemoryError.prototype.name = 'InsufficientMemoryError';
  }
}

/** The context's cipher is not supported. */
export class CryptoSystemInvalidError extends SspiError {
  static {
    CryptoSystemInvalidError.prototype.name = 'CryptoSystemInvalidError';
  }
}

/** The context offers neither the confidentiality nor the integrity that the call needs. */
export class QopNotSupportedError extends SspiError {
  static {
    QopNotSupportedError.prototype.name = 'QopNotSupportedError';
  }
}

/** The package does not have the function, the attribute or the option. */
export class UnsupportedFunctionError extends SspiError {
  static {
    UnsupportedFunctionError.prototype.name = 'UnsupportedFunctionError';
  }
}

/** No security package has the name. */
export class PackageNotFoundError extends SspiError {
  static {
    PackageNotFoundError.prototype.name = 'PackageNotFoundError';
  }
}

/** No account has the name or the security identifier. */
export class AccountNotFoundError extends SspiError {
  static {
    AccountNotFoundError.prototype.name = 'AccountNotFoundError';
  }
}

type SspiErrorClass = new (syscall: string, status: number) => SspiError;

const families: ReadonlyMap<string, SspiErrorClass> = new Map<string, SspiErrorClass>([
  ['SEC_E_MESSAGE_ALTERED', MessageAlteredError],
  ['SEC_E_OUT_OF_SEQUENCE', OutOfSequenceError],
  ['SEC_E_INCOMPLETE_MESSAGE', IncompleteMessageError],
  ['SEC_E_CONTEXT_EXPIRED', ContextExpiredError],
  ['SEC_I_CONTEXT_EXPIRED', ContextExpiredError],
  ['SEC_E_INVALID_TOKEN', InvalidTokenError],
  ['SEC_E_INVALID_HANDLE', InvalidHandleError],
  ['SEC_E_LOGON_DENIED', LogonDeniedError],
  ['STATUS_LOGON_FAILURE', LogonDeniedError],
  ['STATUS_ACCOUNT_RESTRICTION', LogonDeniedError],
  ['STATUS_ACCOUNT_DISABLED', LogonDeniedError],
  ['STATUS_ACCOUNT_EXPIRED', LogonDeniedError],
  ['STATUS_ACCOUNT_LOCKED_OUT', LogonDeniedError],
  ['STATUS_PASSWORD_EXPIRED', LogonDeniedError],
  ['STATUS_PASSWORD_MUST_CHANGE', LogonDeniedError],
  ['SEC_E_NO_CREDENTIALS', NoCredentialsError],
  ['SEC_E_UNKNOWN_CREDENTIALS', NoCredentialsError],
  ['SEC_E_TARGET_UNKNOWN', TargetUnknownError],
  ['SEC_E_WRONG_PRINCIPAL', WrongPrincipalError],
  ['SEC_E_TIME_SKEW', TimeSkewError],
  ['STATUS_TIME_DIFFERENCE_AT_DC', TimeSkewError],
  ['SEC_E_BAD_BINDINGS', BadBindingsError],
  ['SEC_E_NO_AUTHENTICATING_AUTHORITY', NoAuthorityError],
  ['SEC_E_BUFFER_TOO_SMALL', BufferTooSmallError],
  ['SEC_E_INSUFFICIENT_MEMORY', InsufficientMemoryError],
  ['SEC_E_CRYPTO_SYSTEM_INVALID', CryptoSystemInvalidError],
  ['SEC_E_QOP_NOT_SUPPORTED', QopNotSupportedError],
  ['SEC_E_UNSUPPORTED_FUNCTION', UnsupportedFunctionError],
  ['SEC_E_SECPKG_NOT_FOUND', PackageNotFoundError],
  ['ERROR_NONE_MAPPED', AccountNotFoundError],
]);

/** The error of a status, in its family's class. */
export function sspiError(syscall: string, status: number): SspiError {
  const name = lookUpStatus(status)?.name;
  const Family = (name && families.get(name)) || SspiError;
  return new Family(syscall, status);
}
