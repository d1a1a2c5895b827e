import { isAsyncFunction, isPromise } from 'node:util/types';
import { getBinding, type NativeIdentity, resultOf } from '../addon/binding.js';
import { type CallOptions, validSignal } from '../addon/calls.js';
import { whileImpersonating } from '../addon/impersonation.js';
import { acquireAsClient, type Credentials } from '../credentials/credentials.js';
import type { ClientCredentialsOptions } from '../credentials/request.js';
import { createError } from '../errors/usage-error.js';
import type { ServerContextFlag } from '../flags.js';
import { readOptions } from '../options.js';
import { validateFunction, validateSid } from '../validate.js';
import { getState, SecurityContext } from './context.js';
import { createState, importState } from './create.js';
import {
  type Identity,
  type IdentityLookupOptions,
  identityLookupOptions,
  toIdentity,
} from './identity.js';
import { type ImportOptions, type ServerContextOptions, serverContextOptions } from './options.js';
import { ContextState } from './state.js';

/** The side that accepts: the one that a client authenticates to. */
export class ServerContext extends SecurityContext {
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    super(credentials instanceof ContextState ? credentials : create(credentials, options));
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
    options: ImportOptions<ServerContextFlag> = {},
  ): ServerContext {
    const state: unknown = importState('server', packageName, exported, options);
    return new ServerContext(state as Credentials);
  }

  /**
   * Who the client is: user and groups, by SID and name, off the JavaScript thread.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
   */
  async identity(options: IdentityLookupOptions = {}): Promise<Identity> {
    const { names, signal } = readOptions(options, 'options', identityLookupOptions);
    const identity = await getState(this).call<NativeIdentity>(
      (context, settle) => getBinding().identity(context, names, settle),
      signal,
    );
    return toIdentity(identity);
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
    return getState(this).call<boolean>(
      (context, settle) => getBinding().isMemberOf(context, sid, settle),
      signal,
    );
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
    return acquireAsClient(getState(this), options);
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
    const state = getState(this);
    state.assertComplete();
    const result = whileImpersonating(() => getBinding().impersonate(state.handle, callback));
    const { value } = resultOf(result);
    if (!isPromise(value) && !isThenable(value)) return value as T;
    // The caller does not get this promise: its failure must not end the process.
    if (isPromise(value)) Promise.prototype.then.call(value, undefined, () => {});
    throw asynchronousError();
  }
}

function create(credentials: Credentials, options: ServerContextOptions): ContextState {
  const settings = readOptions(options, 'options', serverContextOptions);
  return createState('server', credentials, undefined, settings);
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function asynchronousError(): Error {
  return createError(
    'ERR_INVALID_ARG_VALUE',
    'callback',
    'must be synchronous: a thread that waits would act as the client for others, so what follows ' +
      'an await would run as this process',
  );
}
