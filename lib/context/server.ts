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
import { SecurityContext } from './context.js';
import { createState, importState } from './create.js';
import {
  type Identity,
  type IdentityLookupOptions,
  identityLookupOptions,
  toIdentity,
} from './identity.js';
import { getState } from './messages.js';
import { type ImportOptions, type ServerContextOptions, serverContextOptions } from './options.js';
import { ContextState } from './state.js';

/** The side that accepts: the one that a client authenticates to. */
export class ServerContext extends SecurityContext {
  /**
   * Creates a context that has made no step yet.
   *
   * @param credentials Credentials for servers. They may be closed while the context is in use.
   * @param options `flags`, `requiredFlags`, `channelBindings`.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_SSPI_CREDENTIALS_CLOSED.
   *
   * @example
   * const server = new ServerContext(credentials, { requiredFlags: ['confidentiality'] });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
   */
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    super(credentials instanceof ContextState ? credentials : create(credentials, options));
  }

  /**
   * Imports a complete context that export() of another ServerContext returned. It comes without the client's
   * access token: identity() and the like may fail.
   *
   * @param packageName The package of that context, such as `Kerberos`.
   * @param exported What export() returned. It is copied.
   * @param options `requiredFlags`: the flags without which the context must not be used.
   * @throws {InvalidTokenError} The bytes are not an exported context.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_REQUIREMENT_NOT_MET The context lacks what `requiredFlags` lists.
   *
   * @example
   * process.on('message', ({ package: name, exported }) => ServerContext.import(name, exported));
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
   * Queries who the client is: user and groups, by SID and name. Off the JavaScript thread.
   *
   * @param options `names: false` looks up no names, and so waits for no domain controller. `signal`.
   * @returns What the client's access token holds. `isAnonymous` and `isGuest` are clients that are no user.
   * @throws {SspiError} There is no access token, or Windows fails the call.
   * @throws ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED, ERR_SSPI_OVERLOADED.
   *
   * @example
   * const { sid, name, isAnonymous, isGuest } = await server.identity();
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
   * Checks whether the client is a member of a group, or the user itself. Disabled memberships do not count.
   * Off the JavaScript thread.
   *
   * @param sid The SID of the group or the user, such as `S-1-5-32-544`.
   * @param options `signal`.
   * @returns Whether the client's access token has the SID, enabled.
   * @throws As identity().
   *
   * @example
   * if (!(await server.isMemberOf('S-1-5-32-544'))) refuse();
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
   * Acquires the client's credentials, with which this server can log on to another one as the client, where
   * the client delegated them: see `flags.delegate`. Off the JavaScript thread, on a thread that acts as the
   * client meanwhile.
   *
   * @param options `package`, `use`, `principal`, `packageList`, `ntlm` and `signal`, as of Credentials.acquire().
   * @returns The client's credentials.
   * @throws {NoCredentialsError} The client delegated none. Some packages find this at the first step only.
   * @throws {SspiError} Windows fails the call.
   * @throws As identity().
   *
   * @example
   * using delegated = await server.acquireCredentials();
   * const client = new ClientContext(delegated, { targetName: 'MSSQLSvc/db.corp.example.com' });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
   */
  async acquireCredentials(options: ClientCredentialsOptions = {}): Promise<Credentials> {
    return acquireAsClient(getState(this), options);
  }

  /**
   * Runs a callback as the client. Afterwards, the thread is what it was before: the process, or the client of
   * an impersonation around this one. Credentials.acquire() is refused inside a callback: it would run on
   * another thread, as the process.
   *
   * @param callback A synchronous function: what follows an `await` would run as the process.
   * @returns What the callback returns.
   * @throws What the callback throws.
   * @throws {SspiError} The thread could not act as the client: the callback did not run.
   * @throws ERR_INVALID_ARG_VALUE The callback is asynchronous, or returned a promise.
   * @throws ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const text = server.impersonate(() => fs.readFileSync(path, 'utf8'));
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
