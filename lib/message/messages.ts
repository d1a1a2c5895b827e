import type { NativeContext } from '../addon/binding.js';
import type { ContextFlags } from '../flags.js';
import type { SecBuffer } from './buffers.js';

/** What messages need of their context. */
export interface MessageContext {
  readonly handle: NativeContext;
  /** What was granted. */
  readonly flags: ContextFlags;
  /** What messages were granted: SIGNING and ENCRYPTION of grants.ts. */
  readonly grants: number;
  /** The package that authenticated. */
  readonly package: string | undefined;
  /** Throws unless the context can protect messages now. */
  assertComplete(): void;
  /** The peer asked for more steps. */
  expectRenegotiation(): void;
  /** A control token was applied: the next step gives the token for the peer. */
  expectControlStep(): void;
}

export interface DecryptResult {
  /** Quality of protection: SECQOP_WRAP_NO_ENCRYPT where the message was not encrypted. */
  readonly qop: number;
  /** The Windows name of the status: SEC_E_OK, or SEC_I_CONTEXT_EXPIRED, SEC_I_RENEGOTIATE, … */
  readonly status: string;
  readonly buffers: SecBuffer[];
}

export interface VerifyResult {
  /** Quality of protection: the package's. */
  readonly qop: number;
}

/** A wrapped message in its parts, which a protocol sends in an order of its own. */
export interface WrappedParts {
  readonly token: Buffer;
  readonly message: Buffer;
  readonly padding: Buffer;
}

/** The parts of a wrapped message, as they came from the peer. */
export interface ReceivedParts {
  token: Uint8Array;
  message: Uint8Array;
  padding?: Uint8Array;
}

export interface UnwrapResult {
  readonly message: Buffer;
  /** Whether the message was encrypted. False: it was signed only, or confidentiality was not granted. */
  readonly encrypted: boolean;
}
