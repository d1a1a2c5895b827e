import { channel, tracingChannel } from 'node:diagnostics_channel';

/** An event of winsspi's channels: the message as it was then. */
export interface TraceEvent {
  /** Such as `step:asyncEnd`, or `close`. */
  readonly name: string;
  readonly message: Readonly<Record<string, unknown>>;
}

export interface Recording extends Disposable {
  readonly events: readonly TraceEvent[];
  /** The names of all events, in their order. */
  names(): string[];
  /** The messages of the events of one name. */
  messages(name: string): TraceEvent['message'][];
}

const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** Listens to everything that winsspi publishes, until it is disposed. */
export function recordTraces(
  names: readonly string[] = ['acquire', 'step', 'wrap', 'unwrap'],
): Recording {
  const recorded: TraceEvent[] = [];
  const listeners: Disposable[] = [];
  const record = (name: string) => (message: unknown) => {
    recorded.push({ name, message: { ...(message as object) } });
  };
  for (const name of names) {
    const traces = tracingChannel(`winsspi:${name}`);
    for (const event of events) {
      const listener = record(`${name}:${event}`);
      traces[event].subscribe(listener);
      listeners.push({ [Symbol.dispose]: () => traces[event].unsubscribe(listener) });
    }
  }
  const onClose = record('close');
  const closes = channel('winsspi:close');
  closes.subscribe(onClose);
  listeners.push({ [Symbol.dispose]: () => closes.unsubscribe(onClose) });
  return {
    events: recorded,
    names: () => recorded.map(({ name }) => name),
    messages: (name) => recorded.filter((one) => one.name === name).map(({ message }) => message),
    [Symbol.dispose]: () => {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}
