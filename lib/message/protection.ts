import type { SecBuffer } from './buffers.js';
import { assertOk } from './direction.js';
import { IncomingMessages } from './incoming.js';
import type { MessageContext } from './messages.js';
import { NativeMessages } from './native-messages.js';
import { OutgoingMessages } from './outgoing.js';
import { validBuffers } from './valid-buffers.js';

/** The messages of a context, in both directions. */
export class MessageProtection {
  readonly outgoing: OutgoingMessages;
  readonly incoming: IncomingMessages;
  readonly #native: NativeMessages;

  constructor(context: MessageContext) {
    this.#native = new NativeMessages(context);
    this.outgoing = new OutgoingMessages(this.#native);
    this.incoming = new IncomingMessages(this.#native);
  }

  /** Tells the package something about the connection: the next step gives the token for the peer. */
  applyControlToken(buffers: readonly SecBuffer[]): void {
    const valid = validBuffers(buffers);
    const { context } = this.#native;
    context.assertComplete();
    this.assertIdle();
    const call = { name: 'applyControlToken', buffers: valid, qop: 0, sequenceNumber: 0 } as const;
    assertOk('applyControlToken', this.#native.callBuffers(call));
    context.expectControlStep();
  }

  /** After steps of a complete context, which may have agreed on another cipher. */
  invalidateSizes(): void {
    this.#native.invalidateSizes();
  }

  /**
   * Throws while there are asynchronous calls: what changes the whole context cannot overtake them. The addon
   * refuses while one of them runs. This refuses between two of them too, when the next has not begun.
   */
  assertIdle(): void {
    this.outgoing.assertIdle();
    this.incoming.assertIdle();
  }
}
