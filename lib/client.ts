import { type ContextOptions, SecurityContext } from './context.js';
import type { Credentials } from './credentials.js';
import { validateName, validateOptions } from './internal/validate.js';

export interface ClientContextOptions extends ContextOptions {
  /** The service principal name of the server, such as `HTTP/host`: see spn(). */
  targetName: string;
}

/** The side that starts: the one that authenticates to a server. */
export class ClientContext extends SecurityContext {
  constructor(credentials: Credentials, options: ClientContextOptions) {
    validateOptions(options, 'options', ['targetName', 'flags', 'require', 'channelBindings']);
    validateName(options.targetName, 'options.targetName');
    super('client', credentials, options.targetName, options);
  }
}
