import { createError } from '../errors/usage-error.js';
import { Credentials, type IdentityOptions } from '../index.js';

export interface CredentialsSource {
  readonly credentials?: Credentials | undefined;
  readonly identity?: IdentityOptions | undefined;
  /** The security package, where it is not that of the scheme. */
  readonly package?: string | undefined;
  /** `false`: Negotiate must not choose NTLM. */
  readonly ntlm?: boolean | undefined;
}

/** The caller's credentials, or one's own for each package, which are acquired when they are first needed. */
export class CredentialCache {
  readonly #owner: string;
  readonly #source: CredentialsSource;
  readonly #use: 'inbound' | 'outbound';
  readonly #own = new Map<string, Promise<Credentials>>();
  #closed = false;

  /** `owner` is whose they are, for the error after the end. */
  constructor(owner: string, source: CredentialsSource, use: 'inbound' | 'outbound') {
    this.#owner = owner;
    this.#source = source;
    this.#use = use;
  }

  /** `scheme`: the package where the source names none. */
  async get(scheme = 'Negotiate'): Promise<Credentials> {
    this.assertOpen();
    const { credentials, package: name = scheme } = this.#source;
    if (credentials) return credentials;
    const known = this.#own.get(name);
    if (known) return known;
    const acquired = this.#acquire(name);
    this.#own.set(name, acquired);
    return acquired;
  }

  /** Gives back those that were acquired here. */
  close(): void {
    this.#closed = true;
    for (const own of this.#own.values()) {
      own.then(
        (credentials) => credentials.close(),
        () => {},
      );
    }
    this.#own.clear();
  }

  get closed(): boolean {
    return this.#closed;
  }

  assertOpen(): void {
    if (this.#closed) throw createError('ERR_SSPI_HTTP_CLOSED', this.#owner);
  }

  // One failure is no failure for ever: a service may start before the domain answers.
  async #acquire(name: string): Promise<Credentials> {
    const { identity, ntlm } = this.#source;
    try {
      return await Credentials.acquire({
        package: name,
        use: this.#use,
        ...(identity && { identity }),
        ...(ntlm === false && { ntlm }),
      });
    } catch (error) {
      this.#own.delete(name);
      throw error;
    }
  }
}
