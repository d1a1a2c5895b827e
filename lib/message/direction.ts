import { sspiError } from '../errors/errors.js';
import { SEC_E_OK } from '../errors/status.js';
import { createArray } from './array.js';
import type { SecBuffer } from './buffers.js';
import type { BufferCall, BufferCallResult } from './call-frame.js';
import { notGrantedError } from './grants.js';
import type { NativeMessages } from './native-messages.js';
import { Queue } from './queue.js';
import { lengthOf, validateLengths, validateMemory } from './valid-buffers.js';

const functionNames = {
  encryptMessage: 'EncryptMessage',
  decryptMessage: 'DecryptMessage',
  makeSignature: 'MakeSignature',
  verifySignature: 'VerifySignature',
  applyControlToken: 'ApplyControlToken',
} as const;

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

  /** Throws unless the context is complete and was granted what the call needs. */
  protected assertGranted(operation: string, grant: number): void {
    const { context } = this.native;
    context.assertComplete();
    if ((context.grants & grant) === 0) throw notGrantedError(operation, grant);
  }

  /** Throws unless a synchronous call can be made now. Code of the caller's must not run after it. */
  protected assertReady(operation: string, grant: number): void {
    this.assertGranted(operation, grant);
    this.assertIdle();
  }

  /** Makes a call on another thread, after those before it. Its memory was copied or belongs to it. */
  protected async inTurn<Value>(call: () => Promise<Value>): Promise<Value> {
    const { context } = this.native;
    this.#queue ??= new Queue();
    return this.#queue.run(async () => {
      // The context may be closed while the call waits for its turn, and while it runs.
      context.assertComplete();
      const result = await call();
      context.assertComplete();
      return result;
    });
  }

  /** Makes a call over SecBuffers on another thread, after those before it. */
  protected async callBuffersInTurn(call: BufferCall): Promise<BufferCallResult> {
    const { buffers } = call;
    validateMemory(buffers);
    const lengths = createArray(buffers.length, (index) => lengthOf(buffers[index] as SecBuffer));
    return this.inTurn(() => {
      // The memory may be detached while the call waits for its turn.
      validateLengths(buffers, lengths);
      return this.native.callBuffersAsync(call);
    });
  }
}

/** Throws where a success such as SEC_I_CONTEXT_EXPIRED came without what the call was made for. */
export function assertOk(name: keyof typeof functionNames, { status }: BufferCallResult): void {
  if (status !== SEC_E_OK) throw sspiError(functionNames[name], status);
}

/** The bytes of a returned buffer. */
export function bytesOf(buffer: SecBuffer | undefined): Buffer {
  return (buffer?.data as Buffer | null | undefined) ?? Buffer.alloc(0);
}
