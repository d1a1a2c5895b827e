import { addAbortListener } from 'node:events';
import { usageError } from '../errors/usage-error.js';
import { validateSignal, validOptions } from '../validate.js';
import { getBinding, type NativeFailure } from './binding.js';

/** What a call takes that can wait for the LSA, a KDC or a domain controller. */
export interface CallOptions {
  /**
   * Aborting it rejects the promise at once, with the signal's reason. A call that still waits for a
   * thread is not made; one that runs cannot be stopped, and what it returns is released then.
   */
  signal?: AbortSignal | undefined;
}

/** What a call on the addon's threads gets last: it is called with the result. */
export type Settle<Value> = (result: Value | NativeFailure) => void;

/**
 * Makes a call on the addon's threads. Rejects with the signal's reason when that aborts: a call that
 * waits is not made then, and the result of one that runs is released when it comes. Throws where
 * too many calls wait.
 */
export function callOnThread<Value>(
  start: (settle: Settle<Value>) => number,
  signal: AbortSignal | undefined,
): Promise<Value | NativeFailure> {
  let resolve!: Settle<Value>;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Value | NativeFailure>((onResult, onReason) => {
    resolve = onResult;
    reject = onReason;
  });
  let listener: Disposable | undefined;
  const number = start((result) => {
    listener?.[Symbol.dispose]();
    resolve(result);
  });
  if (number === 0) throw overloadedError();
  if (signal) {
    listener = addAbortListener(signal, () => {
      getBinding().cancelCall(number);
      reject(signal.reason);
    });
  }
  return promise;
}

/** The signal of options that have nothing else; throws its reason where it has aborted already. */
export function validSignal(options: CallOptions): AbortSignal | undefined {
  const { signal } = validOptions(options, 'options', ['signal']);
  validateSignal(signal, 'options.signal');
  return signal;
}

function overloadedError(): Error {
  return usageError(
    'ERR_SSPI_OVERLOADED',
    'Too many calls wait for a thread: this one was not made, and can be made again. ' +
      'configureThreads() sets how many threads there are and how many calls may wait',
  );
}
