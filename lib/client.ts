import { type ContextOptions, SecurityContext } from './context.js';
import type { Credentials } from './credentials.js';
import { validateName, validOptions } from './internal/validate.js';

export interface ClientContextOptions extends ContextOptions {
  /** The service principal name of the server, such as `HTTP/host`: see spn(). */
  targetName: string;
}

/** The side that starts: the one that authenticates to a server. */
export class ClientContext extends SecurityContext {
  constructor(credentials: Credentials, options: ClientContextOptions) {
    const { targetName, ...rest } = validOptions(options, 'options', [
      'targetName',
      'flags',
      'require',
      'channelBindings',
    ]);
    validateName(targetName, 'options.targetName');
    super('client', credentials, targetName, rest);
  }
}
