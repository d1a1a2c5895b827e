import type { Credentials } from '../credentials/credentials.js';
import type { ClientContextFlag } from '../flags.js';
import { readOptions } from '../options.js';
import { SecurityContext } from './context.js';
import { createState, importState } from './create.js';
import { type ClientContextOptions, clientContextOptions, type ImportOptions } from './options.js';
import { ContextState } from './state.js';

/** The side that starts: the one that authenticates to a server. */
export class ClientContext extends SecurityContext {
  /**
   * Creates a context that has made no step yet.
   *
   * @param credentials Credentials for clients. They may be closed while the context is in use.
   * @param options `targetName`: the server's service principal name. `flags`, `requiredFlags`, `channelBindings`.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_SSPI_CREDENTIALS_CLOSED.
   *
   * @example
   * const client = new ClientContext(credentials, { targetName: spn('HTTP', 'web.corp.example.com') });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
   */
  constructor(credentials: Credentials, options: ClientContextOptions) {
    super(credentials instanceof ContextState ? credentials : create(credentials, options));
  }

  /**
   * Imports a complete context that export() of another ClientContext returned.
   *
   * @param packageName The package of that context, such as `Kerberos`.
   * @param exported What export() returned. It is copied.
   * @param options `requiredFlags`: the flags without which the context must not be used.
   * @throws {InvalidTokenError} The bytes are not an exported context.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_REQUIREMENT_NOT_MET The context lacks what `requiredFlags` lists.
   *
   * @example
   * const client = ClientContext.import('Kerberos', exported, { requiredFlags: ['confidentiality'] });
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
   */
  static import(
    packageName: string,
    exported: Uint8Array,
    options: ImportOptions<ClientContextFlag> = {},
  ): ClientContext {
    const state: unknown = importState('client', packageName, exported, options);
    return new ClientContext(state as Credentials, { targetName: '' });
  }
}

function create(credentials: Credentials, options: ClientContextOptions): ContextState {
  const settings = readOptions(options, 'options', clientContextOptions);
  return createState('client', credentials, settings.targetName, settings);
}
