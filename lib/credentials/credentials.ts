import { inspect } from 'node:util';
import {
  getBinding,
  type NativeAcquired,
  type NativeContext,
  type NativeCredentials,
  resultOf,
} from '../addon/binding.js';
import type { Settle } from '../addon/calls.js';
import { assertNotImpersonating } from '../addon/impersonation.js';
import { toDate } from '../addon/time.js';
import { createError } from '../errors/usage-error.js';
import type { CredentialsUse } from '../flags.js';
import { closeChannel } from '../tracing/channels.js';
import {
  type CredentialsAttribute,
  type CredentialsAttributeName,
  queryAttribute,
  readAttributeName,
  readSetter,
  type SettableCredentialsAttribute,
  type SettableCredentialsAttributeName,
} from './attributes.js';
import { callWithSecret, traceCall } from './calls.js';
import {
  type AddedCredentialsOptions,
  type ClientCredentialsOptions,
  type CredentialsOptions,
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
   * Acquires credentials, off the JavaScript thread. Windows does not check a password before the first step.
   *
   * @param options `package` (default: Negotiate), `use` (default: outbound), `identity` (default: the account
   *   of the process), `principal`, `packageList`, `ntlm` and `signal`.
   * @returns The credentials. Close them when no more contexts are made with them.
   * @throws {PackageNotFoundError} Windows does not have the package.
   * @throws {NoCredentialsError} The account has no credentials for the package.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_SSPI_OVERLOADED.
   *
   * @example
   * using credentials = await Credentials.acquire({ package: 'Kerberos', use: 'inbound' });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  static async acquire(options: CredentialsOptions = {}): Promise<Credentials> {
    assertNotImpersonating('Credentials.acquire()');
    const request = readAcquire(options);
    return traceCall('acquire', request, async () => {
      const acquired = await callWithSecret<NativeAcquired>(request, (native, settle) =>
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
   * Queries an attribute of the credentials.
   *
   * @param attribute The attribute's name, or its number SECPKG_CRED_ATTR_*.
   * @returns The value, in the type that CredentialsAttribute has for the name.
   * @throws {UnsupportedFunctionError} The package does not have the attribute.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CREDENTIALS_CLOSED.
   *
   * @example
   * const { userName } = credentials.query('names');
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw
   */
  query<Name extends CredentialsAttributeName>(attribute: Name): CredentialsAttribute<Name> {
    const word = readAttributeName(attribute, 'attribute');
    return queryAttribute(this.#open(), word) as CredentialsAttribute<Name>;
  }

  /**
   * Sets an attribute of the credentials.
   *
   * @param attribute `kdcProxySettings`.
   * @param value The value, in the type that SettableCredentialsAttribute has for the name.
   * @throws {UnsupportedFunctionError} Windows or the package does not have the attribute.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CREDENTIALS_CLOSED.
   *
   * @example
   * credentials.set('kdcProxySettings', { proxyServer: 'proxy.corp.example.com:443:KdcProxy', force: true });
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
   * Adds credentials of another package to these, off the JavaScript thread. Negotiate then has one more choice.
   *
   * @param options `package`, and the options of Credentials.acquire(). The use is that of these credentials.
   * @throws {PackageNotFoundError} Windows does not have the package.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CREDENTIALS_CLOSED, ERR_SSPI_OVERLOADED.
   *
   * @example
   * await credentials.add({ package: 'NTLM', identity: { user: 'CORP\\\\alice', password } });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-addcredentialsw
   */
  async add(options: AddedCredentialsOptions): Promise<void> {
    assertNotImpersonating('credentials.add()');
    const request = readAdd(options, this.#use);
    return traceCall('add', request, () =>
      callWithSecret<undefined>(request, (native, settle) =>
        getBinding().addCredentials(this.#open(), native, settle),
      ),
    );
  }

  /** Releases the Windows handle, once the last context that was made with it is closed. Never throws. */
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
  return traceCall('acquireCredentials', request, async () => {
    const acquired = await context.call<NativeAcquired>(
      (handle, settle) => getBinding().acquireCredentialsAsClient(handle, request.native, settle),
      request.signal,
    );
    return new Credentials(constructorKey, acquired, request.use);
  });
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
