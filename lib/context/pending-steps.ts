// Why a complete context has steps again: bits, for the first two can come together.
const CONTROL_TOKEN = 1;
const RENEGOTIATION_REQUESTED = 2;
const RENEGOTIATING = 4; // from a step that needs another one to the last

/** The steps that a complete context still has, after a control token or for a renegotiation. */
export class PendingSteps {
  #bits = 0;

  get any(): boolean {
    return (this.#bits & (CONTROL_TOKEN | RENEGOTIATION_REQUESTED)) !== 0;
  }

  /** Whether the last step of a renegotiation needs another one. */
  get renegotiating(): boolean {
    return (this.#bits & RENEGOTIATING) !== 0;
  }

  /** Adds the step after a control token: it returns the token for the peer. */
  addControlStep(): void {
    this.#bits |= CONTROL_TOKEN;
  }

  /** Adds the steps of a renegotiation that the peer asked for. */
  addRenegotiation(): void {
    this.#bits |= RENEGOTIATION_REQUESTED;
  }

  /** Whether a step, with the peer's token or without one, belongs to a control token. */
  isControlStep(hasToken: boolean): boolean {
    return !hasToken && (this.#bits & CONTROL_TOKEN) !== 0;
  }

  /** Records the end of a control token's step; `done`: the last. */
  endControlStep(done: boolean): void {
    if (done) this.#bits &= ~CONTROL_TOKEN;
  }

  /** Records the end of a renegotiation's step; `done`: the last. */
  endRenegotiationStep(done: boolean): void {
    if (done) this.#bits &= ~(RENEGOTIATION_REQUESTED | RENEGOTIATING);
    else this.#bits |= RENEGOTIATION_REQUESTED | RENEGOTIATING;
  }
}
