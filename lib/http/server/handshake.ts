import type { ServerContext, StepResult } from '../../index.js';
import type { Scheme } from '../scheme.js';
import { networkOf } from './network.js';

export interface HandshakeLimits {
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
  readonly handshakeTimeout: number;
}

/**
 * The handshakes under way. Those that wait for their clients are bounded, in all and for each address: one too many
 * ends the oldest of them. So a stranger who begins handshakes and leaves them keeps nobody else out.
 */
export class Handshakes {
  readonly limits: HandshakeLimits;
  readonly #waiting = new Set<ServerHandshake>();
  readonly #waitingByNetwork = new Map<string, Set<ServerHandshake>>();
  #count = 0;

  constructor(limits: HandshakeLimits) {
    this.limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count += 1;
  }

  end(handshake: ServerHandshake): void {
    this.#count -= 1;
    this.stopWaiting(handshake);
  }

  wait(handshake: ServerHandshake): void {
    const { maxHandshakes, maxHandshakesPerAddress } = this.limits;
    const neighbours = this.#waitingByNetwork.get(handshake.network) ?? new Set();
    if (neighbours.size >= maxHandshakesPerAddress) abandonOldest(neighbours);
    else if (this.#waiting.size >= maxHandshakes) abandonOldest(this.#waiting);
    this.#waiting.add(handshake);
    this.#waitingByNetwork.set(handshake.network, neighbours.add(handshake));
  }

  stopWaiting(handshake: ServerHandshake): void {
    if (!this.#waiting.delete(handshake)) return;
    const neighbours = this.#waitingByNetwork.get(handshake.network);
    neighbours?.delete(handshake);
    if (neighbours?.size === 0) this.#waitingByNetwork.delete(handshake.network);
  }
}

// A Set has its members in the order in which they came.
function abandonOldest(handshakes: ReadonlySet<ServerHandshake>): void {
  const [oldest] = handshakes;
  oldest?.abandon();
}

/** A handshake that is neither complete nor given up. Its time runs. */
export class ServerHandshake {
  readonly context: ServerContext;
  readonly scheme: Scheme;
  readonly network: string;
  readonly #all: Handshakes;
  readonly #timer: NodeJS.Timeout;
  #steps = 0;
  #ended = false;
  #timedOut = false;

  constructor(
    context: ServerContext,
    scheme: Scheme,
    all: Handshakes,
    address: string | undefined,
  ) {
    this.context = context;
    this.scheme = scheme;
    this.network = networkOf(address);
    this.#all = all;
    all.begin();
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.abandon();
    }, all.limits.handshakeTimeout).unref();
  }

  /** The client's tokens, and those of the server in between. */
  get legs(): number {
    return 2 * this.#steps - 1;
  }

  step(token: Buffer): Promise<StepResult> {
    this.#all.stopWaiting(this);
    this.#steps += 1;
    return this.context.step(token);
  }

  /** Waits for the client's next token. */
  wait(): void {
    if (!this.#ended) this.#all.wait(this);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** The context goes on without the handshake. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#all.end(this);
  }

  abandon(): void {
    if (this.#ended) return;
    this.finish();
    this.context.close();
  }
}
