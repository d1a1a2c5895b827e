import { isAsyncFunction, isPromise } from 'node:util/types';
import { getBinding, type NativeIdentity, resultOf } from '../addon/binding.js';
import { type CallOptions, callOnThread, validSignal } from '../addon/calls.js';
import { whileImpersonating } from '../addon/impersonation.js';
import {
  acquireAsClient,
  type ClientCredentialsOptions,
  type Credentials,
} from '../credentials/credentials.js';
import { usageError } from '../errors/usage-error.js';
import { validateFunction, validateSid, validOptions } from '../validate.js';
import { handshakeOf, SecurityContext } from './context.js';
import { Handshake } from './handshake.js';
import { type Identity, identityOf } from './identity.js';
import type { ContextOptions, ImportOptions } from './options.js';

export type ServerContextOptions = ContextOptions;

/** The side that accepts: the one that a client authenticates to. */
export class ServerContext extends SecurityContext {
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    super(credentials instanceof Handshake ? credentials : start(credentials, options));
  }

  /**
   * A complete context that export() of another ServerContext gave, with the name of its package. The
   * client's access token does not come with it: what asks for that may fail. Throws InvalidTokenError
   * and others, and ERR_SSPI_REQUIREMENT_NOT_MET.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
   */
  static import(
    packageName: string,
    exported: Uint8Array,
    options: ImportOptions = {},
  ): ServerContext {
    const valid = validOptions(options, 'options', ['require']);
    const handshake: unknown = Handshake.import('server', packageName, exported, valid);
    return new ServerContext(handshake as Credentials);
  }

  /**
   * Who the client is: user and groups, by SID and name, off the JavaScript thread.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
   */
  async identity(options: CallOptions = {}): Promise<Identity> {
    const signal = validSignal(options);
    const identity = await handshakeOf(this).use((context) =>
      callOnThread<NativeIdentity>((settle) => getBinding().identity(context, settle), signal),
    );
    return identityOf(resultOf(identity));
  }

  /**
   * Whether the client is a member of a group, or the user itself, by SID: disabled memberships do
   * not count. Off the JavaScript thread.
   *
   * https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-checktokenmembership
   */
  async isMemberOf(sid: string, options: CallOptions = {}): Promise<boolean> {
    validateSid(sid);
    const signal = validSignal(options);
    const isMember = await handshakeOf(this).use((context) =>
      callOnThread<boolean>((settle) => getBinding().isMemberOf(context, sid, settle), signal),
    );
    return resultOf(isMember);
  }

  /**
   * Credentials of the client, with which this server can log on to another one as the client, if the
   * client delegated its own: `flags.delegate` tells. Otherwise this rejects, or a step with them does,
   * with NoCredentialsError and others. Off the JavaScript thread, on a thread that acts as the client
   * meanwhile.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  async acquireCredentials(options: ClientCredentialsOptions = {}): Promise<Credentials> {
    return handshakeOf(this).use((context) => acquireAsClient(context, options));
  }

  /**
   * Runs a callback as the client and returns what it returned. The thread is turned back in any
   * case, to what it was before: itself, or the client of an impersonation around this one. Only
   * synchronous work is the client's: a callback that returns a promise is refused, for the rest of
   * it would run as the process, and so is Credentials.acquire() inside a callback.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
   */
  impersonate<T>(callback: () => T): T {
    validateFunction(callback, 'callback');
    if (isAsyncFunction(callback)) throw asynchronousError();
    const result = handshakeOf(this).useNow((context) =>
      whileImpersonating(() => getBinding().impersonate(context, callback)),
    );
    const { value } = resultOf(result);
    if (!isPromise(value) && !isThenable(value)) return value as T;
    // Nobody else gets this promise: its failure must not end the process.
    if (isPromise(value)) Promise.prototype.then.call(value, undefined, () => {});
    throw asynchronousError();
  }
}

function start(credentials: Credentials, options: ServerContextOptions): Handshake {
  const valid = validOptions(options, 'options', ['flags', 'require', 'channelBindings']);
  return Handshake.start('server', credentials, undefined, valid);
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function asynchronousError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    '"callback" must be synchronous: a thread that waits would act as the client for others, so ' +
      'what follows an await would run as this process',
  );
}
