import {
  type ContextFlag,
  type ContextFlags,
  type ContextRole,
  grantableFlagNames,
  requestedBits,
} from '../flags.js';
import {
  boolean,
  choice,
  type Description,
  list,
  name,
  optional,
  type Reader,
  type Settings,
} from '../options.js';
import { type ChannelBindings, channelBindings } from './channel-bindings.js';

/** What both sides of a context take. */
export interface ContextOptions {
  /** What to ask for, where it differs from the default. */
  flags?: ContextFlags | undefined;
  /** What must have been granted when the context is complete. */
  require?: readonly ContextFlag[] | undefined;
  channelBindings?: ChannelBindings | undefined;
}

export interface ClientContextOptions extends ContextOptions {
  /** The service principal name of the server, such as `HTTP/host`: see spn(). */
  targetName: string;
}

export type ServerContextOptions = ContextOptions;

export interface ImportOptions {
  /** What must have been granted, of what the package tells of an imported context. */
  require?: readonly ContextFlag[] | undefined;
}

export interface ExportOptions {
  /** Whether this context stays open. Default: false. */
  keep?: boolean | undefined;
  /** Whether the imported context counts its messages from the start. Default: false. See export(). */
  reset?: boolean | undefined;
}

// Shared: many contexts that require nothing may be alive.
const nothing: readonly ContextFlag[] = [];

function describeImport(role: ContextRole) {
  return {
    require: optional(list(choice(grantableFlagNames(role))), nothing),
  } satisfies Description<ImportOptions>;
}

function describe(role: ContextRole) {
  return {
    ...describeImport(role),
    flags: (value: unknown) => requestedBits(role, value as ContextFlags | undefined),
    channelBindings: optional(channelBindings),
  } satisfies Record<keyof ContextOptions, Reader<unknown>>;
}

export const importOptions = { client: describeImport('client'), server: describeImport('server') };
export const serverContextOptions = describe('server');
export const clientContextOptions = {
  ...describe('client'),
  targetName: name,
} satisfies Record<keyof ClientContextOptions, Reader<unknown>>;

export const exportOptions = {
  keep: optional(boolean, false),
  reset: optional(boolean, false),
} satisfies Description<ExportOptions>;

/** The options of a new context, read and checked. */
export type ContextSettings = Settings<typeof serverContextOptions>;
