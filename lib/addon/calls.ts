import { addAbortListener } from 'node:events';
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
 * waits is not made then, and the result of one that runs is released when it comes. Throws, and makes
 * no call, where the addon refuses it and where the signal aborts or fails before the call.
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
  // Before the call: a signal that fails leaves none behind.
  const listener = signal && new AbortListener(signal);
  let number = 0;
  try {
    number = start((result) => {
      resolve(result);
      listener?.remove();
    });
  } catch (error) {
    listener?.remove();
    throw error;
  }
  listener?.onAbort(() => getBinding().cancelCall(number), reject);
  return promise;
}

/** A listener of a signal that may be of any realm, and whose properties may run the caller's code. */
class AbortListener {
  readonly #signal: AbortSignal;
  readonly #registration: Disposable;
  #aborted = false;
  #abort: (() => void) | undefined;

  /** Throws the reason of a signal that aborts at once, and what the signal itself throws. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.#registration = addAbortListener(signal, () => {
      this.#aborted = true;
      const abort = this.#abort;
      this.#abort = undefined;
      abort?.();
    });
    if (!this.#aborted) return;
    this.remove();
    throw signal.reason;
  }

  /** Sets what an abort cancels, and what then gets the reason. */
  onAbort(cancel: () => void, reject: (reason: unknown) => void): void {
    this.#abort = () => {
      cancel();
      try {
        reject(this.#signal.reason);
      } catch (error) {
        reject(error);
      }
      this.remove();
    };
  }

  /** Never throws: the outcome of the call does not depend on it. */
  remove(): void {
    this.#abort = undefined;
    try {
      this.#registration[Symbol.dispose]();
    } catch {
      // The signal keeps a listener that does nothing.
    }
  }
}

/** The signal of options that have nothing else; throws its reason where it has aborted already. */
export function validSignal(options: CallOptions): AbortSignal | undefined {
  const { signal } = validOptions(options, 'options', ['signal']);
  validateSignal(signal, 'options.signal');
  return signal;
}
