import { integer, optional, readOptions } from '../../options.js';
import { type ClientOptions, clientDescription, settingsOf } from '../client/options.js';

/** How a dispatcher authenticates, connects, and keeps its connections. */
export interface DispatcherOptions extends ClientOptions {
  /** How many connections there may be to an origin. Default: as many as there are requests. */
  connections?: number | undefined;
  /**
   * How long a connection stays that is not in use, in milliseconds. The server's header Keep-Alive may say less.
   * Default: 60,000.
   */
  idleTimeout?: number | undefined;
}

const description = {
  ...clientDescription,
  connections: optional(integer(1, 0xffff), Number.POSITIVE_INFINITY),
  idleTimeout: optional(integer(1, 0x7fffffff), 60_000),
};

export type DispatcherSettings = ReturnType<typeof dispatcherSettings>;

/** Reads options, checks them and adds the defaults. */
export function dispatcherSettings(options: DispatcherOptions) {
  return settingsOf(readOptions(options, 'options', description));
}
