import type { Credentials } from '../credentials/credentials.js';
import type { ClientContextFlag } from '../flags.js';
import { readOptions } from '../options.js';
import { SecurityContext } from './context.js';
import { createState, importState } from './create.js';
import { type ClientContextOptions, clientContextOptions, type ImportOptions } from './options.js';
import { ContextState } from './state.js';

/** The side that starts: the one that authenticates to a server. */
export class ClientContext extends SecurityContext {
  constructor(credentials: Credentials, options: ClientContextOptions) {
    super(credentials instanceof ContextState ? credentials : create(credentials, options));
  }

  /**
   * A complete context that export() of another ClientContext gave, with the name of its package.
   * Throws InvalidTokenError and others, and ERR_SSPI_REQUIREMENT_NOT_MET.
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
