import { isAsyncFunction, isPromise } from 'node:util/types';
import { validateSid } from './accounts.js';
import { type ContextOptions, handshakeOf, SecurityContext } from './context.js';
import { acquireAsClient, type ClientCredentialsOptions, type Credentials } from './credentials.js';
import { usageError } from './errors.js';
import { type Identity, identityOf } from './identity.js';
import { getBinding, type NativeIdentity, resultOf } from './internal/binding.js';
import { callOnThread, validSignal } from './internal/calls.js';
import { Handshake } from './internal/handshake.js';
import { whileImpersonating } from './internal/impersonation.js';
import { validateFunction, validOptions } from './internal/validate.js';
import type { CallOptions } from './threads.js';

export type ServerContextOptions = ContextOptions;

/** The side that accepts: the one that a client authenticates to. */
export class ServerContext extends SecurityContext {
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    super(credentials instanceof Handshake ? credentials : start(credentials, options));
  }

  /**
   * A complete context that export() of another ServerContext gave, with the name of its package.
   * Throws InvalidTokenError and others.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
   */
  static import(packageName: string, exported: Uint8Array): ServerContext {
    const handshake: unknown = Handshake.import('server', packageName, exported);
    return new ServerContext(handshake as Credentials);
  }

  /**
   * Who the client is: user and groups, by SID and name, off the JavaScript thread.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
   */
  async identity(options: CallOptions = {}): Promise<Identity> {
    const signal = validSignal(options);
    const handshake = handshakeOf(this);
    handshake.assertComplete();
    const identity = await callOnThread<NativeIdentity>(
      (settle) => getBinding().identity(handshake.handle, settle),
      signal,
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
    const handshake = handshakeOf(this);
    handshake.assertComplete();
    const isMember = await callOnThread<boolean>(
      (settle) => getBinding().isMemberOf(handshake.handle, sid, settle),
      signal,
    );
    return resultOf(isMember);
  }

  /**
   * Credentials of the client, with which this server can log on to another one as the client: what
   * the client delegated. Off the JavaScript thread, on a thread that acts as the client meanwhile.
   * Rejects with NoCredentialsError and others where the client delegated nothing.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  async acquireCredentials(options: ClientCredentialsOptions = {}): Promise<Credentials> {
    const handshake = handshakeOf(this);
    handshake.assertComplete();
    return acquireAsClient(handshake.handle, options);
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
    const handshake = handshakeOf(this);
    handshake.assertComplete();
    const result = whileImpersonating(() => getBinding().impersonate(handshake.handle, callback));
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
