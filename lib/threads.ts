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

const threadOptions = {
  max: optional(integer(1, 1024)),
  queue: optional(integer(0, 65_536)),
  idleMilliseconds: optional(integer(0, 3_600_000)),
} satisfies Description<ThreadOptions>;

/**
 * Sets how many threads the calls have that can wait for the LSA, a KDC or a domain controller:
 * acquire, add, step, identity, isMemberOf, acquireCredentials and the look-ups. A call past `max` and
 * `queue` rejects with ERR_SSPI_OVERLOADED. What is not said stays as it is; what is set counts for
 * the environment that sets it. Returns all three.
 */
export function configureThreads(options: ThreadOptions = {}): {
  max: number;
  queue: number;
  idleMilliseconds: number;
} {
  const { max, queue, idleMilliseconds } = readOptions(options, 'options', threadOptions);
  return getBinding().configureThreads(max, queue, idleMilliseconds);
}
