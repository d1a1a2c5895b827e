import { inspect } from 'node:util';
import {
  getBinding,
  type NativeAcquired,
  type NativeContext,
  type NativeCredentials,
  type NativeCredentialsRequest,
  resultOf,
} from '../addon/binding.js';
import { callOnThread, type Settle } from '../addon/calls.js';
import { assertNotImpersonating } from '../addon/impersonation.js';
import { toDate } from '../addon/time.js';
import { createError } from '../errors/usage-error.js';
import type { CredentialsUse } from '../flags.js';
import { acquireTraces, closeChannel, traceAsync } from '../tracing/channels.js';
import type { AcquireTrace } from '../tracing/traces.js';
import {
  type CredentialsAttribute,
  type CredentialsAttributeName,
  queryAttribute,
  readAttributeName,
  readSetter,
  type SettableCredentialsAttribute,
  type SettableCredentialsAttributeName,
} from './attributes.js';
import {
  type AddedCredentialsOptions,
  type ClientCredentialsOptions,
  type CredentialsOptions,
  type CredentialsRequest,
  readAcquire,
  readAcquireAsClient,
  readAdd,
} from './request.js';

// Keeps callers from the constructor: credentials come from acquire().
const constructorKey = Symbol('Credentials.acquire');

// Each copy of winsspi in a process has classes of its own. This marks the credentials of all of them, so
// that an error can say why this copy refuses those of another one. It is no proof: any object can have it.
const brand = Symbol.for('winsspi.Credentials');

/**
 * Returns the handle of credentials that are open and were acquired for a use, or for both. Runs no code
 * of the caller's.
 * @internal
 */
export let openCredentials: (
  credentials: Credentials,
  use: 'outbound' | 'inbound',
) => { package: string; handle: NativeCredentials };

/**
 * The principal that contexts are made for. One object serves any number of contexts, one after the
 * other or at the same time; a context keeps the Windows handle alive after `close`.
 */
export class Credentials {
  readonly #package: string;
  readonly #use: CredentialsUse;
  readonly #expiry: number | undefined; // milliseconds since 1970
  #handle: NativeCredentials | undefined;

  /** @internal */
  constructor(key: symbol, acquired: NativeAcquired, use: CredentialsUse) {
    if (key !== constructorKey) {
      throw createError('ERR_ILLEGAL_CONSTRUCTOR', 'Credentials.acquire()');
    }
    this.#package = acquired.package;
    this.#use = use;
    this.#expiry = acquired.expiry;
    this.#handle = acquired.handle;
  }

  static {
    Object.defineProperty(Credentials.prototype, brand, { value: true });
    openCredentials = (credentials, use) => {
      if (!isObject(credentials) || !(#handle in credentials)) throw credentialsError(credentials);
      const acquiredFor = credentials.#use;
      if (acquiredFor !== use && acquiredFor !== 'both') throw useError(acquiredFor, use);
      return { package: credentials.#package, handle: credentials.#open() };
    };
  }

  /**
   * Gets credentials, off the JavaScript thread. Rejects with SspiError: PackageNotFoundError,
   * NoCredentialsError and others. Windows does not look at the password before the first step.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  static async acquire(options: CredentialsOptions = {}): Promise<Credentials> {
    assertNotImpersonating('Credentials.acquire()');
    const request = readAcquire(options);
    return trace('acquire', request, async () => {
      const acquired = await startThenClearSecret<NativeAcquired>(request, (native, settle) =>
        getBinding().acquireCredentials(native, settle),
      );
      return new Credentials(constructorKey, acquired, request.use);
    });
  }

  /** The security package's name. */
  get package(): string {
    return this.#package;
  }

  /** Whether they are for clients, servers or both. */
  get use(): CredentialsUse {
    return this.#use;
  }

  /** When they expire. Absent: never, or the package does not say. */
  get expiry(): Date | undefined {
    return toDate(this.#expiry);
  }

  /**
   * An attribute of the credentials. Throws UnsupportedFunctionError where the package lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw
   */
  query<Name extends CredentialsAttributeName>(attribute: Name): CredentialsAttribute<Name> {
    const word = readAttributeName(attribute, 'attribute');
    return queryAttribute(this.#open(), word) as CredentialsAttribute<Name>;
  }

  /**
   * Sets an attribute of the credentials. Throws UnsupportedFunctionError where Windows or the package
   * lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcredentialsattributesw
   */
  set<Name extends SettableCredentialsAttributeName>(
    attribute: Name,
    value: SettableCredentialsAttribute<Name>,
  ): void {
    const set = readSetter(attribute, value);
    resultOf(set(this.#open()));
  }

  /**
   * Adds credentials of another package to these, off the JavaScript thread: for Negotiate, a choice
   * more.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-addcredentialsw
   */
  async add(options: AddedCredentialsOptions): Promise<void> {
    assertNotImpersonating('credentials.add()');
    const request = readAdd(options, this.#use);
    return trace('add', request, () =>
      startThenClearSecret<undefined>(request, (native, settle) =>
        getBinding().addCredentials(this.#open(), native, settle),
      ),
    );
  }

  /** Releases the Windows handle, at the latest when the last context of it is closed. */
  close(): void {
    const handle = this.#handle;
    if (!handle) return;
    this.#handle = undefined;
    getBinding().closeCredentials(handle);
    if (closeChannel.hasSubscribers) {
      closeChannel.publish({ kind: 'credentials', package: this.#package, use: this.#use });
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const state = this.#handle ? 'open' : 'closed';
    return `Credentials { ${this.#package}, ${this.#use}, ${state} }`;
  }

  #open(): NativeCredentials {
    if (this.#handle) return this.#handle;
    throw createError('ERR_SSPI_CREDENTIALS_CLOSED');
  }
}

/** Makes calls about a complete context, off the JavaScript thread. */
interface ContextCaller {
  call<Value>(
    start: (context: NativeContext, settle: Settle<Value>) => number,
    signal: AbortSignal | undefined,
  ): Promise<Value>;
}

/** Acquires the credentials of a context's client. */
export async function acquireAsClient(
  context: ContextCaller,
  options: ClientCredentialsOptions,
): Promise<Credentials> {
  const request = readAcquireAsClient(options);
  return trace('acquireCredentials', request, async () => {
    const acquired = await context.call<NativeAcquired>(
      (handle, settle) => getBinding().acquireCredentialsAsClient(handle, request.native, settle),
      request.signal,
    );
    return new Credentials(constructorKey, acquired, request.use);
  });
}

/**
 * Makes a call that takes the request. The addon then has a copy of the password or the keytab, which it
 * wipes: the request waits for the result without it.
 */
async function startThenClearSecret<Value>(
  { native, signal }: CredentialsRequest,
  start: (request: NativeCredentialsRequest, settle: Settle<Value>) => number,
): Promise<Value> {
  try {
    const call = callOnThread<Value>((settle) => start(native, settle), signal);
    clearSecret(native);
    return resultOf(await call);
  } finally {
    clearSecret(native);
  }
}

function clearSecret(request: NativeCredentialsRequest): void {
  request.identity?.keytab?.fill(0);
  request.identity = undefined;
}

function trace<Value>(
  operation: AcquireTrace['operation'],
  { native, use }: CredentialsRequest,
  call: () => Promise<Value>,
): Promise<Value> {
  if (!acquireTraces.hasSubscribers) return call();
  const identity = native.identity !== undefined;
  const message = { operation, package: native.package, use, identity };
  return traceAsync<AcquireTrace, Value>(acquireTraces, message, call, () => ({}));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function credentialsError(value: unknown): Error {
  if (isObject(value) && brand in value && !(value instanceof Credentials)) {
    return createError('ERR_SSPI_FOREIGN_OBJECT', 'credentials');
  }
  const expected = 'an instance of Credentials, from Credentials.acquire()';
  return createError('ERR_INVALID_ARG_TYPE', 'credentials', expected, value);
}

function useError(acquiredFor: CredentialsUse, use: CredentialsUse): Error {
  const reason = `must be for the use '${use}' or 'both'; they were acquired for '${acquiredFor}'`;
  return createError('ERR_INVALID_ARG_VALUE', 'credentials', reason);
}
