import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * The longest delay of the event loop, and the longest that this thread was computing in one: on a busy machine, the
 * loop waits for a processor too, so only the second has a bound. That no call of Windows holds the loop, load.test.ts
 * shows.
 */
export class LoopWatch implements Disposable {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  readonly #timer: NodeJS.Timeout;
  #at = performance.now();
  #cpu = processorTime();
  #own = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#look(), 10);
  }

  #look(): void {
    const [at, cpu] = [performance.now(), processorTime()];
    this.#own = Math.max(this.#own, Math.min(at - this.#at, cpu - this.#cpu));
    [this.#at, this.#cpu] = [at, cpu];
  }

  /** Milliseconds since the last call. */
  take(): { all: number; own: number } {
    const taken = { all: Math.round(this.#histogram.max / 1e6), own: Math.round(this.#own) };
    this.#histogram.reset();
    this.#own = 0;
    return taken;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }
}

/** Milliseconds that this thread has computed; before Node 22.19, that the process has. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}
