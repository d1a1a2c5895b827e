import type { ServerContext, StepResult } from '../../index.js';
import type { Scheme } from '../scheme.js';
import { findNetwork } from './network.js';

export interface HandshakeLimits {
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
  readonly handshakeTimeout: number;
}

/**
 * The pending handshakes. Those that wait for their clients are bounded, in all and for each network: one above the
 * bound ends the oldest, so that handshakes which a client abandons do not lock other clients out.
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
    const sameNetwork = this.#waitingByNetwork.get(handshake.network) ?? new Set();
    if (sameNetwork.size >= maxHandshakesPerAddress) abandonOldest(sameNetwork);
    else if (this.#waiting.size >= maxHandshakes) abandonOldest(this.#waiting);
    this.#waiting.add(handshake);
    this.#waitingByNetwork.set(handshake.network, sameNetwork.add(handshake));
  }

  stopWaiting(handshake: ServerHandshake): void {
    if (!this.#waiting.delete(handshake)) return;
    const sameNetwork = this.#waitingByNetwork.get(handshake.network);
    sameNetwork?.delete(handshake);
    if (sameNetwork?.size === 0) this.#waitingByNetwork.delete(handshake.network);
  }
}

// A Set has its members in the order in which they came.
function abandonOldest(handshakes: ReadonlySet<ServerHandshake>): void {
  const [oldest] = handshakes;
  oldest?.abandon();
}

/** A pending handshake, with its time limit. */
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
    this.network = findNetwork(address);
    this.#all = all;
    all.begin();
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.abandon();
    }, all.limits.handshakeTimeout).unref();
  }

  /** Counts the client's tokens, and those of the server in between. */
  get tokenCount(): number {
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

  /** Ends the handshake, and leaves the context open. */
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
