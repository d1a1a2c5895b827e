import { createError, usageError } from '../errors/usage-error.js';
import { Credentials, type IdentityOptions } from '../index.js';

export interface CredentialsSource {
  readonly credentials?: Credentials | undefined;
  readonly identity?: IdentityOptions | undefined;
  readonly package: string;
  /** `false`: Negotiate must not choose NTLM. */
  readonly ntlm?: boolean | undefined;
}

/** The caller's credentials, or one's own, which are acquired when they are first needed. */
export class OwnCredentials {
  readonly #owner: string;
  readonly #source: CredentialsSource;
  readonly #use: 'inbound' | 'outbound';
  #own: Promise<Credentials> | undefined;
  #closed = false;

  /** `owner` is whose they are, for the error after the end. */
  constructor(owner: string, source: CredentialsSource, use: 'inbound' | 'outbound') {
    this.#owner = owner;
    this.#source = source;
    this.#use = use;
  }

  get(): Promise<Credentials> {
    this.assertOpen();
    const { credentials } = this.#source;
    if (credentials) return Promise.resolve(credentials);
    this.#own ??= this.#acquire();
    return this.#own;
  }

  /** Gives back those that were acquired here. */
  close(): void {
    this.#closed = true;
    this.#own?.then(
      (credentials) => credentials.close(),
      () => {},
    );
    this.#own = undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  assertOpen(): void {
    if (this.#closed) throw createError('ERR_SSPI_HTTP_CLOSED', this.#owner);
  }

  // One failure is no failure for ever: a service may start before the domain answers.
  async #acquire(): Promise<Credentials> {
    const { identity, package: name, ntlm } = this.#source;
    try {
      return await Credentials.acquire({
        package: name,
        use: this.#use,
        ...(identity && { identity }),
        ...(ntlm === false && { ntlm }),
      });
    } catch (error) {
      this.#own = undefined;
      throw error;
    }
  }
}

export interface CredentialsOptions {
  credentials?: Credentials;
  identity?: IdentityOptions;
  package?: string;
}

/** `name` is that of the options, for the error. */
export function validateCredentials(options: CredentialsOptions, name: string): void {
  if (options.credentials === undefined) return;
  if (!(options.credentials instanceof Credentials)) {
    throw usageError(
      'ERR_INVALID_ARG_TYPE',
      `"${name}.credentials" must come from Credentials.acquire()`,
    );
  }
  if (options.identity === undefined && options.package === undefined) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"${name}.identity" and "${name}.package" have no meaning beside "${name}.credentials"`,
  );
}
