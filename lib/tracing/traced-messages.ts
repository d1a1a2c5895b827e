import type { TracingChannel } from 'node:diagnostics_channel';
import type { SecBuffer } from '../message/buffers.js';
import { isEncrypted } from '../message/grants.js';
import type { IncomingMethods } from '../message/incoming-methods.js';
import type {
  DecryptResult,
  MessageContext,
  ReceivedParts,
  UnwrapResult,
  VerifyResult,
  WrappedParts,
} from '../message/messages.js';
import type {
  DecryptOptions,
  EncryptOptions,
  WrapDetachedOptions,
  WrapOptions,
} from '../message/options.js';
import type { OutgoingMethods } from '../message/outgoing-methods.js';
import { traceAsync, traceSync, unwrapTraces, wrapTraces } from './channels.js';
import { bytesIn, bytesInBuffers, bytesInData, bytesInParts } from './message-sizes.js';
import type { ContextTrace, UnwrapTrace, WrapTrace } from './traces.js';

/** What messages and their traces need of their context. */
export interface TracedContext extends MessageContext {
  /** The context, as traces describe it. */
  readonly trace: ContextTrace;
}

/** Publishes calls. A context that is not complete publishes none. */
abstract class TracedDirection<Methods, Message extends WrapTrace | UnwrapTrace> {
  protected readonly messages: Methods;
  protected readonly context: TracedContext;
  readonly #traces: TracingChannel<unknown, Message>;

  constructor(messages: Methods, context: TracedContext, traces: TracingChannel<unknown, Message>) {
    this.messages = messages;
    this.context = context;
    this.#traces = traces;
  }

  protected sync<Value>(
    operation: Message['operation'],
    inputBytes: number,
    call: () => Value,
    describe: (value: Value) => Partial<Message>,
  ): Value {
    return traceSync(this.#traces, this.#newMessage(operation, inputBytes), call, describe);
  }

  protected async async<Value>(
    operation: Message['operation'],
    inputBytes: number,
    call: () => Promise<Value>,
    describe: (value: Value) => Partial<Message>,
  ): Promise<Value> {
    return traceAsync(this.#traces, this.#newMessage(operation, inputBytes), call, describe);
  }

  #newMessage(operation: Message['operation'], inputBytes: number): Message {
    this.context.assertComplete();
    return { operation, ...this.context.trace, inputBytes } as Message;
  }
}

/** Has the methods of the outgoing messages, and publishes each call. */
export class TracedOutgoing
  extends TracedDirection<OutgoingMethods, WrapTrace>
  implements OutgoingMethods
{
  constructor(messages: OutgoingMethods, context: TracedContext) {
    super(messages, context, wrapTraces);
  }

  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    const call = () => this.messages.encryptMessage(buffers, options);
    return this.sync('encryptMessage', bytesInData(buffers), call, encryptedOutcome);
  }

  async encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    const call = () => this.messages.encryptMessageAsync(buffers, options);
    return this.async('encryptMessageAsync', bytesInData(buffers), call, encryptedOutcome);
  }

  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    const call = () => this.messages.makeSignature(buffers, options);
    return this.sync('makeSignature', bytesInData(buffers), call, signedOutcome);
  }

  async makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    const call = () => this.messages.makeSignatureAsync(buffers, options);
    return this.async('makeSignatureAsync', bytesInData(buffers), call, signedOutcome);
  }

  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    const call = () => this.messages.wrap(message, options);
    return this.sync('wrap', bytesIn(message), call, bytesOutcome);
  }

  async wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    const call = () => this.messages.wrapAsync(message, options);
    return this.async('wrapAsync', bytesIn(message), call, bytesOutcome);
  }

  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    const call = () => this.messages.wrapInto(target, message, options);
    const outcome = (outputBytes: number) => ({ outputBytes });
    return this.sync('wrapInto', bytesIn(message), call, outcome);
  }

  wrapDetached(message: Uint8Array, options?: WrapDetachedOptions): WrappedParts {
    const call = () => this.messages.wrapDetached(message, options);
    const outcome = (parts: WrappedParts) => ({ outputBytes: bytesInParts(parts) });
    return this.sync('wrapDetached', bytesIn(message), call, outcome);
  }

  sign(message: Uint8Array): Buffer {
    const call = () => this.messages.sign(message);
    return this.sync('sign', bytesIn(message), call, bytesOutcome);
  }
}

/** The same for incoming messages. */
export class TracedIncoming
  extends TracedDirection<IncomingMethods, UnwrapTrace>
  implements IncomingMethods
{
  constructor(messages: IncomingMethods, context: TracedContext) {
    super(messages, context, unwrapTraces);
  }

  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult {
    const call = () => this.messages.decryptMessage(buffers, options);
    return this.sync('decryptMessage', bytesInBuffers(buffers), call, this.#decrypted);
  }

  async decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    const call = () => this.messages.decryptMessageAsync(buffers, options);
    return this.async('decryptMessageAsync', bytesInBuffers(buffers), call, this.#decrypted);
  }

  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult {
    const call = () => this.messages.verifySignature(buffers, options);
    return this.sync('verifySignature', bytesInBuffers(buffers), call, noOutcome);
  }

  async verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult> {
    const call = () => this.messages.verifySignatureAsync(buffers, options);
    return this.async('verifySignatureAsync', bytesInBuffers(buffers), call, noOutcome);
  }

  unwrap(wrapped: Uint8Array): UnwrapResult {
    const call = () => this.messages.unwrap(wrapped);
    return this.sync('unwrap', bytesIn(wrapped), call, unwrappedOutcome);
  }

  async unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult> {
    const call = () => this.messages.unwrapAsync(wrapped);
    return this.async('unwrapAsync', bytesIn(wrapped), call, unwrappedOutcome);
  }

  unwrapDetached(parts: ReceivedParts): UnwrapResult {
    const call = () => this.messages.unwrapDetached(parts);
    return this.sync('unwrapDetached', bytesInParts(parts), call, unwrappedOutcome);
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    const call = () => this.messages.verify(message, signature);
    this.sync('verify', bytesIn(message) + bytesIn(signature), call, noOutcome);
  }

  readonly #decrypted = ({ qop, status, buffers }: DecryptResult) => ({
    status,
    outputBytes: bytesInData(buffers),
    encrypted: isEncrypted(this.context.grants, qop),
  });
}

const bytesOutcome = (bytes: Buffer) => ({ outputBytes: bytes.length });
const encryptedOutcome = (buffers: readonly SecBuffer[]) => ({
  outputBytes: bytesInBuffers(buffers),
});
const signedOutcome = (buffers: readonly SecBuffer[]) => ({
  outputBytes: bytesInBuffers(buffers) - bytesInData(buffers),
});
const unwrappedOutcome = ({ message, encrypted }: UnwrapResult) => ({
  outputBytes: message.length,
  encrypted,
});
const noOutcome = () => ({});
