import {
  type Channel,
  channel,
  type TracingChannel,
  tracingChannel,
} from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { SspiError } from '../errors/errors.js';
import { printTraces } from './debug-log.js';
import type {
  AcquireTrace,
  CloseTrace,
  StepTrace,
  Trace,
  UnwrapTrace,
  WrapTrace,
} from './traces.js';

type Traces<Message extends Trace> = TracingChannel<unknown, Message>;

// Asking one whether it has subscribers costs a call less than a nanosecond.
export const acquireTraces: Traces<AcquireTrace> = tracingChannel('winsspi:acquire');
export const stepTraces: Traces<StepTrace> = tracingChannel('winsspi:step');
export const wrapTraces: Traces<WrapTrace> = tracingChannel('winsspi:wrap');
export const unwrapTraces: Traces<UnwrapTrace> = tracingChannel('winsspi:unwrap');
export const closeChannel = channel('winsspi:close') as Channel<unknown, CloseTrace>;

// NODE_DEBUG=winsspi. It listens as everybody else does, and nobody else pays for it.
if (debuglog('winsspi').enabled) printTraces();

// TracingChannel's own traceSync() and tracePromise() publish what the call returned: bytes.

/** Makes a call, and publishes it: what it got, how it ended, what its result says of itself. */
export function traceSync<Message extends Trace, Value>(
  traces: Traces<Message>,
  message: Message,
  call: () => Value,
  describe: (value: Value) => Partial<Message>,
): Value {
  const begin = performance.now();
  return traces.start.runStores(message, () => {
    try {
      const value = call();
      succeed(message, begin, describe(value));
      return value;
    } catch (error) {
      fail(traces, message, begin, error);
      throw error;
    } finally {
      traces.end.publish(message);
    }
  });
}

/** The same for a call that gives a promise, and never throws. */
export function traceAsync<Message extends Trace, Value>(
  traces: Traces<Message>,
  message: Message,
  call: () => Promise<Value>,
  describe: (value: Value) => Partial<Message>,
): Promise<Value> {
  const begin = performance.now();
  return traces.start.runStores(message, () => {
    const promise = call().then(
      (value) => {
        succeed(message, begin, describe(value));
        publishResult(traces, message);
        return value;
      },
      (error: unknown) => {
        fail(traces, message, begin, error);
        publishResult(traces, message);
        throw error;
      },
    );
    traces.end.publish(message);
    return promise;
  });
}

function succeed<Message extends Trace>(message: Message, begin: number, outcome: object): void {
  const trace: Trace = { status: 'SEC_E_OK', ...outcome, duration: performance.now() - begin };
  Object.assign(message, trace);
}

function fail<Message extends Trace>(
  traces: Traces<Message>,
  message: Message,
  begin: number,
  error: unknown,
): void {
  const status = error instanceof SspiError && { status: error.code };
  const trace: Trace = { ...status, error, duration: performance.now() - begin };
  Object.assign(message, trace);
  traces.error.publish(message);
}

function publishResult<Message extends Trace>(traces: Traces<Message>, message: Message): void {
  traces.asyncStart.publish(message);
  traces.asyncEnd.publish(message);
}
