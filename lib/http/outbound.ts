import { Credentials, type IdentityOptions } from '../index.js';
import { usageError } from '../internal/usage-error.js';

export interface CredentialsSource {
  readonly credentials: Credentials | undefined;
  readonly identity: IdentityOptions | undefined;
  readonly package: string;
}

/** The credentials of a client: the caller's, or its own, which it acquires when it needs them. */
export class OutboundCredentials {
  readonly #source: CredentialsSource;
  #own: Promise<Credentials> | undefined;
  #closed = false;

  constructor(source: CredentialsSource) {
    this.#source = source;
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

  assertOpen(): void {
    if (this.#closed) throw usageError('ERR_INVALID_ARG_VALUE', 'The client was closed');
  }

  // One failure is no failure for ever.
  async #acquire(): Promise<Credentials> {
    const { identity, package: name } = this.#source;
    try {
      return await Credentials.acquire({ package: name, ...(identity && { identity }) });
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
