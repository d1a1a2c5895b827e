import type { ContextRole, CredentialsUse } from '../flags.js';

// What winsspi publishes with node:diagnostics_channel. docs/diagnostics.md names the channels.

/** What every call has. The rest of a message is there from the start; this comes with the end. */
export interface Trace {
  /** Milliseconds from the call to its result. */
  readonly duration?: number;
  /** The Windows name of the status. Absent where the call failed for another reason. */
  readonly status?: string;
  /** What the call throws, or rejects with. */
  readonly error?: unknown;
}

/** `tracing:winsspi:acquire:*` */
export interface AcquireTrace extends Trace {
  /** Credentials.acquire(), credentials.add() or serverContext.acquireCredentials(). */
  readonly operation: 'acquire' | 'add' | 'acquireCredentials';
  readonly package: string;
  readonly use: CredentialsUse;
  /** Whether an identity was given in place of the logged-on user. Whose is not told. */
  readonly identity: boolean;
}

/** The context of a call. */
export interface ContextTrace {
  /** Of this context alone, in this environment and this copy of winsspi. */
  readonly contextId: number;
  readonly role: ContextRole;
  /** The package of the credentials; when the context is complete, the one that authenticated. */
  readonly package: string;
  /** Of clients. */
  readonly targetName: string | undefined;
}

/** `tracing:winsspi:step:*` */
export interface StepTrace extends Trace, ContextTrace {
  readonly operation: 'step';
  /** 1 for the first. */
  readonly leg: number;
  /** The length of the peer's token. */
  readonly inputBytes: number;
  /** The length of the token for the peer. */
  readonly outputBytes?: number;
  readonly done?: boolean;
}

/** `tracing:winsspi:wrap:*`: messages that go out. */
export interface WrapTrace extends Trace, ContextTrace {
  readonly operation:
    | 'wrap'
    | 'wrapAsync'
    | 'wrapInto'
    | 'wrapDetached'
    | 'encryptMessage'
    | 'encryptMessageAsync'
    | 'sign'
    | 'makeSignature'
    | 'makeSignatureAsync';
  /** The length of the message. */
  readonly inputBytes: number;
  /** The length of what is to be sent; of a signature where only that was made. */
  readonly outputBytes?: number;
}

/** `tracing:winsspi:unwrap:*`: messages that come in. */
export interface UnwrapTrace extends Trace, ContextTrace {
  readonly operation:
    | 'unwrap'
    | 'unwrapAsync'
    | 'unwrapDetached'
    | 'decryptMessage'
    | 'decryptMessageAsync'
    | 'verify'
    | 'verifySignature'
    | 'verifySignatureAsync';
  /** The length of what came, all its parts together. */
  readonly inputBytes: number;
  /** The length of the message. Absent: it was verified, and lies where it lay. */
  readonly outputBytes?: number;
  /** Whether the message was encrypted; false: signed only. */
  readonly encrypted?: boolean;
}

/** `winsspi:close`: close() of an object that was open. */
export type CloseTrace =
  | { readonly kind: 'credentials'; readonly package: string; readonly use: CredentialsUse }
  | ({ readonly kind: 'context' } & ContextTrace);
