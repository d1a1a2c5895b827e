import { type FailureDetails, sspiError } from '../errors/errors.js';
import { createError } from '../errors/usage-error.js';

/** An object of the addon that JavaScript only hands back. */
declare const native: unique symbol;
export interface NativeCredentials {
  readonly [native]: 'credentials';
}
export interface NativeContext {
  readonly [native]: 'context';
}

/** What a function of the addon returns in place of its result. */
export interface NativeFailure extends FailureDetails {
  readonly syscall: string;
  readonly status: number;
  readonly bufferOutsideMemory: boolean;
}

export interface NativePackage {
  readonly name: string;
  readonly comment: string;
  readonly capabilities: number;
  readonly version: number;
  readonly rpcId: number;
  readonly maxToken: number;
}

export interface NativeLeg {
  readonly status: number;
  readonly complete: boolean;
  readonly token: Buffer | undefined;
  /** The end of the input, which was not consumed. */
  readonly extra: Buffer | undefined;
  readonly flags: number;
  readonly expiry: number | undefined;
  readonly package: string | undefined;
}

export interface NativeAccount {
  readonly sid: string;
  readonly name: string | undefined;
  readonly domain: string | undefined;
  /** SID_NAME_USE; 0: not looked up. */
  readonly type: number;
}

export interface NativeGroup extends NativeAccount {
  readonly attributes: number;
}

export interface NativeIdentity {
  readonly user: NativeAccount;
  readonly groups: readonly NativeGroup[];
  readonly logonId: bigint;
  readonly impersonationLevel: number | undefined;
  readonly elevated: boolean;
  readonly expiry: number | undefined;
}

/** Exactly one of the secrets is there: a keytab has at most 65,507 bytes. */
export type NativeIdentityRequest = { user: string; domain: string } & (
  | { password: string; keytab?: undefined }
  | { keytab: Uint8Array; password?: undefined }
);

export interface NativeCredentialsRequest {
  readonly package: string;
  readonly use: number;
  readonly principal: string | undefined;
  /** Taken away when the call has started. */
  identity: NativeIdentityRequest | undefined;
  readonly packageList: string | undefined;
}

export interface NativeAcquired {
  readonly package: string;
  readonly expiry: number | undefined;
  readonly handle: NativeCredentials;
}

export interface NativeImported {
  readonly handle: NativeContext;
  readonly package: string;
  readonly flags: number | undefined;
  readonly expiry: number | undefined;
}

/**
 * The messages of one context: runs the operation that the frame names, over memory. Where it has not
 * done it, it returns a failure, or undefined for memory that it cannot take.
 */
export type NativeMessageFunction = (...memory: (Uint8Array | null)[]) => undefined | NativeFailure;

/**
 * Runs on a thread of the addon. Calls the last argument back once, later, unless it is cancelled.
 * Gives the number of the call. Throws where the call is not made: ERR_SSPI_OVERLOADED,
 * ERR_SSPI_THREAD_NOT_STARTED, ERR_SSPI_ENVIRONMENT_CLOSING, and ERR_SSPI_CONTEXT_BUSY for a context
 * that another call has.
 */
type ThreadFunction<Arguments extends unknown[], Value> = (
  ...args: [...Arguments, settle: (result: Value | NativeFailure) => void]
) => number;

/** The addon's exports. Arguments are checked before they get here. */
export interface Binding {
  /** Sets what makes the errors that the addon throws. */
  setCreateError(create: typeof createError): void;

  enumerateSecurityPackages(): NativePackage[] | NativeFailure;
  querySecurityPackage(name: string): NativePackage | NativeFailure;

  cancelCall(number: number): void;
  /** What is undefined stays as it is. */
  configureThreads(
    max: number | undefined,
    queue: number | undefined,
    idleMilliseconds: number | undefined,
  ): { max: number; queue: number; idleMilliseconds: number };

  readonly acquireCredentials: ThreadFunction<[request: NativeCredentialsRequest], NativeAcquired>;
  readonly acquireCredentialsAsClient: ThreadFunction<
    [context: NativeContext, request: NativeCredentialsRequest],
    NativeAcquired
  >;
  readonly addCredentials: ThreadFunction<
    [credentials: NativeCredentials, request: NativeCredentialsRequest],
    undefined
  >;
  queryCredentialsNames(credentials: NativeCredentials): { userName: string } | NativeFailure;
  queryCredentialsSsiProvider(
    credentials: NativeCredentials,
  ): { providerName: string; providerInfo: Buffer } | NativeFailure;
  queryCredentialsCert(credentials: NativeCredentials): Buffer | NativeFailure;
  setKdcProxySettings(
    credentials: NativeCredentials,
    proxyServer: string,
    force: boolean,
  ): undefined | NativeFailure;
  closeCredentials(credentials: NativeCredentials): void;

  createContext(
    credentials: NativeCredentials,
    isServer: boolean,
    targetName: string | undefined,
    flags: number,
    channelBindings: Uint8Array | undefined,
  ): NativeContext;
  readonly step: ThreadFunction<[context: NativeContext, token: Uint8Array | undefined], NativeLeg>;
  exportContext(context: NativeContext, flags: number): Buffer | NativeFailure;
  importContext(
    packageName: string,
    exported: Uint8Array,
    isServer: boolean,
  ): NativeImported | NativeFailure;
  closeContext(context: NativeContext): void;

  /** The frame that the message functions of all contexts share: see lib/message/call-frame.ts. */
  readonly callFrame: Uint32Array;
  messageFunction(context: NativeContext): NativeMessageFunction;
  /**
   * The same on a thread of libuv's pool, with a frame of its own, over `count` parts of the memory. Both
   * belong to the call until it settles.
   */
  messageAsync(
    context: NativeContext,
    settle: (failure: undefined | NativeFailure) => void,
    frame: Uint32Array,
    memory: Uint8Array,
    count: number,
  ): void;

  queryAttribute(context: NativeContext, attribute: number): unknown;
  setKeyingMaterialInfo(
    context: NativeContext,
    info: { label: string; context: Uint8Array | undefined; length: number },
  ): undefined | NativeFailure;
  setApplicationData(context: NativeContext, data: Uint8Array): undefined | NativeFailure;

  /** With the names of its accounts, which are looked up, or without. */
  readonly identity: ThreadFunction<[context: NativeContext, names: boolean], NativeIdentity>;
  readonly isMemberOf: ThreadFunction<[context: NativeContext, sid: string], boolean>;
  /** Calls the callback as the client; what it throws comes through. */
  impersonate(context: NativeContext, callback: () => unknown): { value: unknown } | NativeFailure;

  readonly lookupAccountSid: ThreadFunction<[sid: string], NativeAccount>;
  readonly lookupAccountName: ThreadFunction<[name: string], NativeAccount>;
  readonly translateName: ThreadFunction<[name: string, from: number, to: number], string>;
}

interface Loaded {
  readonly binding?: Binding;
  readonly error?: Error;
}

// The paths are literals, so that bundlers and packagers find the files.
function load(): Loaded {
  const machine = `${process.platform}-${process.arch}`;
  try {
    switch (machine) {
      case 'win32-x64':
        return { binding: withErrors(require('../../prebuilds/win32-x64/node.napi.node')) };
      case 'win32-arm64':
        return { binding: withErrors(require('../../prebuilds/win32-arm64/node.napi.armv8.node')) };
      default:
        return { error: createError('ERR_SSPI_UNSUPPORTED_PLATFORM', machine) };
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { error: createError('ERR_SSPI_ADDON_NOT_LOADED', machine, reason, { cause }) };
  }
}

function withErrors(binding: Binding): Binding {
  binding.setCreateError(createError);
  return binding;
}

const loaded = load();

/** Whether the addon is there and can be used. */
export const isSupported: boolean = loaded.binding !== undefined;

/** The addon, or the error that says why it is not there. */
export function getBinding(): Binding {
  if (loaded.binding) return loaded.binding;
  throw loaded.error;
}

/** The result of a function of the addon, or the error for its failure. */
export function resultOf<T>(value: T | NativeFailure): T {
  if (isFailure(value)) throw errorOf(value);
  return value;
}

export function isFailure(value: unknown): value is NativeFailure {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'bufferOutsideMemory');
}

export function errorOf(failure: NativeFailure): Error {
  if (failure.bufferOutsideMemory) return createError('ERR_SSPI_INVALID_BUFFER', failure.syscall);
  // Without a prototype: what a caller has put on Object.prototype is no detail of the failure.
  return sspiError(failure.syscall, failure.status, {
    __proto__: null,
    ...failure,
  } as FailureDetails);
}
