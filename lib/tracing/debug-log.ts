import { channel, tracingChannel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import { SspiError } from '../errors/errors.js';
import type {
  AcquireTrace,
  CloseTrace,
  ContextTrace,
  StepTrace,
  Trace,
  UnwrapTrace,
  WrapTrace,
} from './traces.js';

// What NODE_DEBUG=winsspi prints: a line for each call that has ended, and for each close. It knows no
// more than any other subscriber.

const log = debuglog('winsspi');

/** A line when the call has ended: a synchronous one with `end`, the others with `asyncEnd`. */
function print<Message extends Trace>(name: string, line: (message: Message) => string): void {
  const write = (message: unknown) => {
    const trace = message as Message;
    // Of an asynchronous call that goes on.
    if (trace.duration !== undefined) log('%s', `${line(trace)}: ${endOf(trace)}`);
  };
  const traces = tracingChannel(`winsspi:${name}`);
  traces.end.subscribe(write);
  traces.asyncEnd.subscribe(write);
}

function endOf({ duration = 0, status, error }: Trace): string {
  const time = `in ${duration.toFixed(3)} ms`;
  return error === undefined ? `${status} ${time}` : `failed ${time}: ${reasonOf(error)}`;
}

// Errors of Windows hold no secret. What a caller aborts with is the caller's own: its code or its name
// is enough.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'aborted';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return error.name;
  return error instanceof SspiError ? error.message : code;
}

function nameOf({ contextId, role, package: name, targetName }: ContextTrace): string {
  const target = targetName === undefined ? '' : ` to ${targetName}`;
  return `${role} ${contextId} (${name})${target}`;
}

function sizes(inputBytes: number, outputBytes: number | undefined): string {
  return outputBytes === undefined
    ? `${inputBytes} bytes`
    : `${inputBytes} to ${outputBytes} bytes`;
}

/** Prints from now on. */
export function printTraces(): void {
  print<AcquireTrace>('acquire', ({ operation, package: name, use, identity }) => {
    const own = operation === 'acquireCredentials' ? 'the client' : 'the logged-on user';
    return `${operation} ${name}, ${use}, of ${identity ? 'an identity' : own}`;
  });

  print<StepTrace>('step', (trace) => {
    const { leg, inputBytes, outputBytes, done } = trace;
    const end = done ? ', done' : '';
    return `${nameOf(trace)} step ${leg}, ${sizes(inputBytes, outputBytes)}${end}`;
  });

  print<WrapTrace>('wrap', (trace) => {
    const { operation, inputBytes, outputBytes } = trace;
    return `${nameOf(trace)} ${operation}, ${sizes(inputBytes, outputBytes)}`;
  });

  print<UnwrapTrace>('unwrap', (trace) => {
    const { operation, inputBytes, outputBytes, encrypted } = trace;
    const plain = encrypted === false ? ', signed only' : '';
    return `${nameOf(trace)} ${operation}, ${sizes(inputBytes, outputBytes)}${plain}`;
  });

  channel('winsspi:close').subscribe((message) => {
    const trace = message as CloseTrace;
    log(
      '%s',
      trace.kind === 'context'
        ? `${nameOf(trace)} closed`
        : `credentials (${trace.package}, ${trace.use}) closed`,
    );
  });
}
