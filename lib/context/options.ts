import type { ContextFlag, ContextFlags } from '../flags.js';
import type { ChannelBindings } from './channel-bindings.js';

/** What both sides of a context take. */
export interface ContextOptions {
  /** What to ask for, where it differs from the default. */
  flags?: ContextFlags;
  /** What must have been granted when the context is complete. */
  require?: readonly ContextFlag[];
  channelBindings?: ChannelBindings;
}

export interface ExportOptions {
  /** Whether this context goes on. Default: false. */
  keep?: boolean;
  /** Whether the imported context counts its messages from the start. Default: false. See export(). */
  reset?: boolean;
}

export interface ImportOptions {
  /** What must have been granted, of what the package tells of an imported context. */
  require?: readonly ContextFlag[];
}
