import { usageError } from './errors.js';
import { getBinding, type NativeCredentials, resultOf } from './internal/binding.js';
import { assertNotImpersonating } from './internal/impersonation.js';
import { validateChoice, validateName, validateString, validOptions } from './internal/validate.js';

/** Whom to log on as, in place of the logged-on user. */
export interface IdentityOptions {
  /** The account's name, or its user principal name (`user@domain`). */
  user: string;
  domain?: string;
  /** Required: without it Windows would silently use the logged-on user's own logon. */
  password: string;
}

export type CredentialsUse = 'outbound' | 'inbound' | 'both';

export interface CredentialsOptions {
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

const uses: Readonly<Record<CredentialsUse, number>> = { inbound: 1, outbound: 2, both: 3 };

// Makes the constructor one's own: credentials come from acquire().
const constructorKey = Symbol('Credentials.acquire');

interface Acquired {
  readonly package: string;
  readonly expiry: number | undefined;
  readonly handle: NativeCredentials;
}

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
  constructor(key: symbol, acquired: Acquired, use: CredentialsUse) {
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
    const valid = validOptions(options, 'options', [
      'package',
      'use',
      'principal',
      'identity',
      'packageList',
    ]);
    const { package: packageName = 'Negotiate', use = 'outbound' } = valid;
    const { principal, identity, packageList } = valid;
    validateName(packageName, 'options.package');
    validateChoice(use, 'options.use', Object.keys(uses) as CredentialsUse[]);
    if (principal !== undefined) validateName(principal, 'options.principal');
    if (packageList !== undefined) validateName(packageList, 'options.packageList');
    assertNotImpersonating('Credentials.acquire()');
    const acquired = await getBinding().acquireCredentials(
      packageName,
      uses[use],
      principal,
      identity === undefined ? undefined : validIdentity(identity),
      packageList,
    );
    return new Credentials(constructorKey, resultOf(acquired), use);
  }

  /** Gives the Windows handle back, at the latest when the last context of it is closed. */
  close(): void {
    const handle = handles.get(this);
    if (!handle) return;
    handles.delete(this);
    getBinding().closeCredentials(handle);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function validIdentity(identity: IdentityOptions): Required<IdentityOptions> {
  const {
    user,
    domain = '',
    password,
  } = validOptions(identity, 'options.identity', ['user', 'domain', 'password']);
  validateName(user, 'options.identity.user');
  validateString(domain, 'options.identity.domain');
  validateString(password, 'options.identity.password');
  return { user, domain, password };
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
  const handle = handles.get(credentials);
  if (handle) return handle;
  throw usageError('ERR_SSPI_CREDENTIALS_CLOSED', 'The credentials were closed');
}
