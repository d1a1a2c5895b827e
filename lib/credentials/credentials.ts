import { inspect } from 'node:util';
import {
  getBinding,
  isFailure,
  type NativeAcquired,
  type NativeContext,
  type NativeCredentials,
  type NativeCredentialsRequest,
  type NativeFailure,
  resultOf,
} from '../addon/binding.js';
import { type CallOptions, callOnThread } from '../addon/calls.js';
import { assertNotImpersonating } from '../addon/impersonation.js';
import { usageError } from '../errors/usage-error.js';
import type { CredentialsUse } from '../flags.js';
import { acquireTraces, closeChannel, traceAsync } from '../tracing/channels.js';
import type { AcquireTrace } from '../tracing/traces.js';
import {
  validateBoolean,
  validateChoice,
  validateLength,
  validateName,
  validateSignal,
  validateString,
  validOptions,
} from '../validate.js';
import { type CredentialsAttributes, queryCredentialsAttribute } from './attributes.js';

/** Whom to log on as, in place of the logged-on user. */
export interface IdentityOptions {
  /**
   * The account's name, `DOMAIN\\user`, or its user principal name (`user@domain`). A marshalled one
   * (CredMarshalCredential, `@@…`) goes as it is, with the PIN as the password.
   */
  user: string;
  domain?: string;
  /** Required: without it Windows would silently use the logged-on user's own logon. */
  password: string;
}

export interface CredentialsOptions extends CallOptions {
  /** The security package. Default: `Negotiate`. */
  package?: string;
  /** For clients, servers or both. Default: `outbound`. */
  use?: CredentialsUse;
  /** The principal's name, for packages that take one. */
  principal?: string;
  /** Absent: the logged-on user. */
  identity?: IdentityOptions;
  /** What Negotiate may choose: names with commas between them, `!` before one that it may not. */
  packageList?: string;
}

/** What AddCredentials takes. The use, where none is given, is that of the credentials. */
export interface AddedCredentialsOptions extends CredentialsOptions {
  /** The security package, which has to be named. */
  package: string;
}

/** What a client's own credentials can be acquired with. */
export type ClientCredentialsOptions = Omit<CredentialsOptions, 'identity'>;

/** What SetCredentialsAttributes can set, by the attribute's name. */
export interface SettableCredentialsAttributes {
  /**
   * Kerberos: the KDC proxy of these credentials, and whether to use it where a domain controller
   * could be reached too.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_kdcproxysettingsw
   */
  kdcProxySettings: { proxyServer: string; force?: boolean };
}

const uses: Readonly<Record<CredentialsUse, number>> = { inbound: 1, outbound: 2, both: 3 };
const useNames = Object.keys(uses) as CredentialsUse[];

// Makes the constructor one's own: credentials come from acquire().
const constructorKey = Symbol('Credentials.acquire');

// The handle stays out of reach of those who hold the object.
const handles = new WeakMap<Credentials, NativeCredentials>();

/**
 * The principal that contexts are made for. One object serves any number of contexts, one after the
 * other or at the same time; a context keeps the Windows handle alive after `close`.
 */
export class Credentials {
  /** The security package's name. */
  readonly package: string;
  readonly use: CredentialsUse;
  /** When they expire. Absent: never, or the package does not say. */
  readonly expiry: Date | undefined;

  /** @internal */
  constructor(key: symbol, acquired: NativeAcquired, use: CredentialsUse) {
    if (key !== constructorKey) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'Credentials are made by Credentials.acquire()');
    }
    this.package = acquired.package;
    this.use = use;
    this.expiry = acquired.expiry === undefined ? undefined : new Date(acquired.expiry);
    handles.set(this, acquired.handle);
  }

  /**
   * Gets credentials, off the JavaScript thread. Rejects with SspiError: PackageNotFoundError,
   * NoCredentialsError and others. Windows does not look at the password before the first step.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  static async acquire(options: CredentialsOptions = {}): Promise<Credentials> {
    const { request, signal } = requestOf(options, 'outbound', [...clientKeys, 'identity']);
    assertNotImpersonating('Credentials.acquire()');
    return traced('acquire', request, async () => {
      const acquired = await callOnThread<NativeAcquired>(
        (settle) => handOver(request, () => getBinding().acquireCredentials(request, settle)),
        signal,
      );
      return newCredentials(request, acquired);
    });
  }

  /**
   * An attribute of the credentials. Throws UnsupportedFunctionError where the package lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw
   */
  query<Name extends keyof CredentialsAttributes>(attribute: Name): CredentialsAttributes[Name] {
    return queryCredentialsAttribute(openHandleOf(this), attribute);
  }

  /**
   * Sets an attribute of the credentials. Throws UnsupportedFunctionError where Windows or the package
   * lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcredentialsattributesw
   */
  set<Name extends keyof SettableCredentialsAttributes>(
    attribute: Name,
    value: SettableCredentialsAttributes[Name],
  ): void {
    validateChoice(attribute, 'attribute', ['kdcProxySettings']);
    const { proxyServer, force = false } = validOptions(value, 'value', ['proxyServer', 'force']);
    validateName(proxyServer, 'value.proxyServer');
    validateLength(proxyServer, 'value.proxyServer', LONGEST_PROXY);
    validateBoolean(force, 'value.force');
    resultOf(getBinding().setKdcProxySettings(openHandleOf(this), proxyServer, force));
  }

  /**
   * Adds credentials of another package to these, off the JavaScript thread: for Negotiate, a choice
   * more.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-addcredentialsw
   */
  async add(options: AddedCredentialsOptions): Promise<void> {
    const { request, signal } = requestOf(options, this.use, [...clientKeys, 'identity']);
    if (options.package === undefined) validateName(options.package, 'options.package');
    assertNotImpersonating('credentials.add()');
    const credentials = openHandleOf(this);
    return traced('add', request, async () => {
      const added = await callOnThread<undefined>(
        (settle) =>
          handOver(request, () => getBinding().addCredentials(credentials, request, settle)),
        signal,
      );
      resultOf(added);
    });
  }

  /** Gives the Windows handle back, at the latest when the last context of it is closed. */
  close(): void {
    const handle = handles.get(this);
    if (!handle) return;
    handles.delete(this);
    getBinding().closeCredentials(handle);
    if (closeChannel.hasSubscribers) {
      closeChannel.publish({ kind: 'credentials', package: this.package, use: this.use });
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const state = handles.has(this) ? 'open' : 'closed';
    return `Credentials { ${this.package}, ${this.use}, ${state} }`;
  }
}

/** The credentials of a context's client. */
export async function acquireAsClient(
  context: NativeContext,
  options: ClientCredentialsOptions,
): Promise<Credentials> {
  const { request, signal } = requestOf(options, 'outbound', clientKeys);
  return traced('acquireCredentials', request, async () => {
    const acquired = await callOnThread<NativeAcquired>(
      (settle) => getBinding().acquireCredentialsAsClient(context, request, settle),
      signal,
    );
    return newCredentials(request, acquired);
  });
}

const clientKeys = ['package', 'use', 'principal', 'packageList', 'signal'] as const;

const SECPKG_FLAG_STREAM = 0x400;

// In characters of two bytes: the structure counts bytes in 16 bits.
const LONGEST_PROXY = 0x7fff;

function newCredentials(
  request: NativeCredentialsRequest,
  acquired: NativeAcquired | NativeFailure,
): Credentials {
  return new Credentials(constructorKey, resultOf(acquired), useNameOf(request));
}

function useNameOf(request: NativeCredentialsRequest): CredentialsUse {
  return useNames.find((name) => uses[name] === request.use) as CredentialsUse;
}

// The addon has a copy when the call has started, which it wipes: what waits here for the result does
// not keep the password.
function handOver(request: NativeCredentialsRequest, start: () => number): number {
  const number = start();
  request.identity = undefined;
  return number;
}

function traced<Value>(
  operation: AcquireTrace['operation'],
  request: NativeCredentialsRequest,
  call: () => Promise<Value>,
): Promise<Value> {
  if (!acquireTraces.hasSubscribers) return call();
  const identity = request.identity !== undefined;
  const trace = { operation, package: request.package, use: useNameOf(request), identity };
  return traceAsync<AcquireTrace, Value>(acquireTraces, trace, call, () => ({}));
}

function requestOf(
  options: CredentialsOptions,
  defaultUse: CredentialsUse,
  keys: readonly (keyof CredentialsOptions)[],
): { request: NativeCredentialsRequest; signal: AbortSignal | undefined } {
  const valid = validOptions(options, 'options', keys);
  const { package: packageName = 'Negotiate', use = defaultUse } = valid;
  const { principal, identity, packageList, signal } = valid;
  validateName(packageName, 'options.package');
  validateChoice(use, 'options.use', useNames);
  if (principal !== undefined) validateName(principal, 'options.principal');
  if (packageList !== undefined) validateName(packageList, 'options.packageList');
  if (identity !== undefined || packageList !== undefined) assertTakesIdentity(packageName);
  const request = {
    package: packageName,
    use: uses[use],
    principal,
    identity: identity === undefined ? undefined : validIdentity(identity),
    packageList,
  };
  validateSignal(signal, 'options.signal');
  return { request, signal };
}

// Schannel and CredSSP, which are stream packages, want structures of their own there.
function assertTakesIdentity(packageName: string): void {
  const info = getBinding().querySecurityPackage(packageName);
  if (isFailure(info) || (info.capabilities & SECPKG_FLAG_STREAM) === 0) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `${packageName} takes neither "options.identity" nor "options.packageList"`,
  );
}

function validIdentity(identity: IdentityOptions): Required<IdentityOptions> {
  const { user, domain, password } = validOptions(identity, 'options.identity', [
    'user',
    'domain',
    'password',
  ]);
  validateName(user, 'options.identity.user');
  if (domain !== undefined) validateString(domain, 'options.identity.domain');
  validateString(password, 'options.identity.password');
  return { ...splitName(user, domain), password };
}

/**
 * The user and the domain as Windows wants them, which are those of SspiEncodeStringsAsAuthIdentity:
 * `DOMAIN\\user` is taken apart, a user principal name has no domain beside it, and a marshalled name
 * is nobody's to take apart.
 */
function splitName(user: string, domain: string | undefined): { user: string; domain: string } {
  const border = user.startsWith('@@') ? -1 : user.indexOf('\\');
  if (border < 0) return { user, domain: domain ?? '' };
  if (domain !== undefined && domain !== '') {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      '"options.identity.user" names a domain already: leave out "options.identity.domain"',
    );
  }
  const parts = { user: user.slice(border + 1), domain: user.slice(0, border) };
  if (parts.user !== '' && parts.domain !== '' && !parts.user.includes('\\')) return parts;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    '"options.identity.user" must be a name, DOMAIN\\name or name@domain',
  );
}

/** The handle of credentials that are open and meant for a use. */
export function handleOf(credentials: Credentials, use: 'outbound' | 'inbound'): NativeCredentials {
  if (!(credentials instanceof Credentials)) {
    throw usageError(
      'ERR_INVALID_ARG_TYPE',
      '"credentials" must be an instance of Credentials, from Credentials.acquire()',
    );
  }
  if (credentials.use !== use && credentials.use !== 'both') {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      `"credentials" were acquired for the use "${credentials.use}"; this context needs "${use}" ` +
        'or "both"',
    );
  }
  return openHandleOf(credentials);
}

function openHandleOf(credentials: Credentials): NativeCredentials {
  const handle = handles.get(credentials);
  if (handle) return handle;
  throw usageError('ERR_SSPI_CREDENTIALS_CLOSED', 'The credentials were closed');
}
