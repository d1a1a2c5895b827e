import { getBinding } from './addon/binding.js';
import { type Description, integer, optional, readOptions } from './options.js';

/** The threads of this environment: of the main thread, or of one worker. */
export interface ThreadOptions {
  /** How many calls may run at the same time, from 1 to 1,024. Default: 64. */
  max?: number | undefined;
  /** How many more may wait, from 0 to 65,536. Default: 1,024. */
  queue?: number | undefined;
  /** After how long without a call a thread ends, from 0 to 3,600,000. Default: 10,000. */
  idleMilliseconds?: number | undefined;
}

/** The settings that are in force. */
export type ThreadSettings = { readonly [Key in keyof ThreadOptions]-?: number };

const threadOptions = {
  max: optional(integer(1, 1024)),
  queue: optional(integer(0, 65_536)),
  idleMilliseconds: optional(integer(0, 3_600_000)),
} satisfies Description<ThreadOptions>;

/**
 * Sets the threads of this environment for calls that can wait for the LSA, a KDC or a domain controller:
 * acquire, add, step, identity, isMemberOf, acquireCredentials and the look-ups. A call past `max` and
 * `queue` rejects with ERR_SSPI_OVERLOADED.
 *
 * @param options What is absent or undefined stays as it is.
 * @returns All three settings, as they are now.
 * @throws ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE; ERR_SSPI_UNSUPPORTED_PLATFORM.
 *
 * @example
 * configureThreads({ max: 16 }); // { max: 16, queue: 1024, idleMilliseconds: 10000 }
 */
export function configureThreads(options: ThreadOptions = {}): ThreadSettings {
  const { max, queue, idleMilliseconds } = readOptions(options, 'options', threadOptions);
  return getBinding().configureThreads(max, queue, idleMilliseconds);
}
