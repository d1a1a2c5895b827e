import { sspiError } from '../errors/errors.js';
import { SEC_E_OK } from '../errors/status.js';
import type { SecBuffer } from './buffers.js';
import type { BufferCall, BufferCallResult, MessageFunctionName } from './call-frame.js';
import type { NativeMessages } from './native-messages.js';
import { Queue } from './queue.js';
import { lengthOf, validateLengths, validateMemory } from './valid-buffers.js';

type MessageCall = BufferCall<MessageFunctionName>;

/** The messages of one direction. Two calls of one direction follow one another. */
export abstract class MessageDirection {
  protected readonly native: NativeMessages;
  // Made at the first asynchronous call.
  #queue: Queue | undefined;

  constructor(native: NativeMessages) {
    this.native = native;
  }

  /** Throws while there are asynchronous calls that this one would overtake. */
  assertIdle(): void {
    this.#queue?.assertEmpty();
  }

  /** Throws unless a synchronous call can be made now. After this, no user code may run before it. */
  protected assertReady(): void {
    this.native.context.assertComplete();
    this.assertIdle();
  }

  protected callBuffers(call: MessageCall): BufferCallResult {
    this.assertReady();
    return checked(call, this.native.callBuffers(call));
  }

  // While a call waits for its turn, the memory may go elsewhere.
  protected async callBuffersAsync(call: MessageCall): Promise<BufferCallResult> {
    validateMemory(call.buffers);
    const lengths = call.buffers.map(lengthOf);
    return this.inTurn(async () => {
      validateLengths(call.buffers, lengths);
      return checked(call, await this.native.callBuffersAsync(call));
    });
  }

  // While a call waits for its turn or runs, the context may be closed.
  protected async inTurn<Value>(call: () => Promise<Value>): Promise<Value> {
    const { context } = this.native;
    context.assertComplete();
    this.#queue ??= new Queue();
    return this.#queue.run(async () => {
      context.assertComplete();
      const result = await call();
      context.assertComplete();
      return result;
    });
  }
}

// Decrypting can end in a success that is not SEC_E_OK and that the caller has to see. The other
// functions have not done what was asked for then: the message is not protected.
function checked(call: MessageCall, result: BufferCallResult): BufferCallResult {
  if (call.name !== 'decryptMessage') assertOk(functionNames[call.name], result);
  return result;
}

const functionNames = {
  encryptMessage: 'EncryptMessage',
  decryptMessage: 'DecryptMessage',
  makeSignature: 'MakeSignature',
  verifySignature: 'VerifySignature',
} as const;

/** A success such as SEC_I_CONTEXT_EXPIRED comes without the message that was asked for. */
export function assertOk(syscall: string, { status }: BufferCallResult): void {
  if (status !== SEC_E_OK) throw sspiError(syscall, status);
}

/** The bytes of a returned buffer. */
export function bytesOf(buffer: SecBuffer | undefined): Buffer {
  return (buffer?.data as Buffer | null | undefined) ?? Buffer.alloc(0);
}
