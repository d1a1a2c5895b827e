import type { Credentials } from '../credentials/credentials.js';
import { validateName, validOptions } from '../validate.js';
import { SecurityContext } from './context.js';
import { Handshake } from './handshake.js';
import type { ContextOptions, ImportOptions } from './options.js';

export interface ClientContextOptions extends ContextOptions {
  /** The service principal name of the server, such as `HTTP/host`: see spn(). */
  targetName: string;
}

/** The side that starts: the one that authenticates to a server. */
export class ClientContext extends SecurityContext {
  constructor(credentials: Credentials, options: ClientContextOptions) {
    super(credentials instanceof Handshake ? credentials : start(credentials, options));
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
    options: ImportOptions = {},
  ): ClientContext {
    const valid = validOptions(options, 'options', ['require']);
    const handshake: unknown = Handshake.import('client', packageName, exported, valid);
    return new ClientContext(handshake as Credentials, { targetName: '' });
  }
}

function start(credentials: Credentials, options: ClientContextOptions): Handshake {
  const { targetName, ...rest } = validOptions(options, 'options', [
    'targetName',
    'flags',
    'require',
    'channelBindings',
  ]);
  validateName(targetName, 'options.targetName');
  return Handshake.start('client', credentials, targetName, rest);
}
