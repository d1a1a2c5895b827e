import {
  type ClientContextFlag,
  type ClientContextFlags,
  type ContextFlag,
  type ContextRole,
  readRequiredFlags,
  requestedBits,
  type ServerContextFlag,
  type ServerContextFlags,
} from '../flags.js';
import {
  boolean,
  type Description,
  name,
  optional,
  type Reader,
  type Settings,
} from '../options.js';
import { type ChannelBindings, channelBindings } from './channel-bindings.js';

/** What a context takes. Without a parameter: what both sides take. */
export interface ContextOptions<Flag extends ContextFlag = ClientContextFlag & ServerContextFlag> {
  /** What to ask for: words that differ from the default, or exactly the bits of a number. */
  flags?: Pick<ClientContextFlags & ServerContextFlags, Flag> | number | undefined;
  /** What must have been granted when the context is complete: words, or the bits of a number. */
  requiredFlags?: readonly Flag[] | number | undefined;
  channelBindings?: ChannelBindings | undefined;
}

export interface ClientContextOptions extends ContextOptions<ClientContextFlag> {
  /** The service principal name of the server, such as `HTTP/host`: see spn(). */
  targetName: string;
}

export type ServerContextOptions = ContextOptions<ServerContextFlag>;

export interface ImportOptions<Flag extends ContextFlag = ContextFlag> {
  /** What must have been granted, as far as the package reports it for an imported context. */
  requiredFlags?: readonly Flag[] | number | undefined;
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
    requiredFlags: optional((value) => readRequiredFlags(role, value), nothing),
  } satisfies Record<keyof ImportOptions, Reader<unknown>>;
}

function describe(role: ContextRole) {
  return {
    ...describeImport(role),
    flags: (value: unknown) => requestedBits(role, value as ServerContextFlags),
    channelBindings: optional(channelBindings),
  } satisfies Record<keyof ServerContextOptions, Reader<unknown>>;
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
