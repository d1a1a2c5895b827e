import { type NativeCredentialsRequest, resultOf } from '../addon/binding.js';
import { callOnThread, type Settle } from '../addon/calls.js';
import { byteLengthOf, wipeBytes } from '../bytes.js';
import { acquireTraces, traceAsync } from '../tracing/channels.js';
import type { AcquireTrace } from '../tracing/traces.js';
import type { CredentialsRequest } from './request.js';

/**
 * Makes a call that takes the request. The addon copies the password or the keytab, and wipes its copy. This
 * one is cleared as soon as the call has started.
 */
export async function callWithSecret<Value>(
  { native, signal }: CredentialsRequest,
  start: (request: NativeCredentialsRequest, settle: Settle<Value>) => number,
): Promise<Value> {
  try {
    const call = callOnThread<Value>((settle) => start(native, settle), signal);
    clearSecret(native);
    return resultOf(await call);
  } finally {
    clearSecret(native);
  }
}

function clearSecret(request: NativeCredentialsRequest): void {
  const keytab = request.identity?.keytab;
  if (keytab) wipeBytes(keytab, 0, byteLengthOf(keytab));
  request.identity = undefined;
}

/** Makes a call, and publishes it where someone listens. */
export function traceCall<Value>(
  operation: AcquireTrace['operation'],
  { native, use }: CredentialsRequest,
  call: () => Promise<Value>,
): Promise<Value> {
  if (!acquireTraces.hasSubscribers) return call();
  const identity = native.identity !== undefined;
  const message = { operation, package: native.package, use, identity };
  return traceAsync<AcquireTrace, Value>(acquireTraces, message, call, () => ({}));
}
