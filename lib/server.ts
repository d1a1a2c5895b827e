import { type ContextOptions, SecurityContext } from './context.js';
import type { Credentials } from './credentials.js';
import { validOptions } from './internal/validate.js';

export type ServerContextOptions = ContextOptions;

/** The side that accepts: the one that a client authenticates to. */
export class ServerContext extends SecurityContext {
  constructor(credentials: Credentials, options: ServerContextOptions = {}) {
    const valid = validOptions(options, 'options', ['flags', 'require', 'channelBindings']);
    super('server', credentials, undefined, valid);
  }
}
