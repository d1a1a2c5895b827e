// The machinery that short messages have beside what they need, and how to take each piece out again.

/**
 * @typedef {{ file: string, from: string, to: string, every?: boolean }} Edit replaces a text that
 *   occurs once in the file, or with `every` one that occurs more often
 * @typedef {{ name: string, what: string, without: string, edits: Edit[] }} Piece
 */

const calls = 'lib/message/native-messages.ts';
const binding = 'lib/addon/binding.ts';
const native = 'native/message_binding.cc';

const replace = (file, from, to) => ({ file, from, to });
const replaceEvery = (file, from, to) => ({ file, from, to, every: true });

/** @type {Piece[]} */
export const pieces = [
  {
    name: 'nothing',
    what: 'nothing: the same build again',
    without: 'shows how far two figures differ by chance',
    edits: [],
  },
  {
    name: 'locks',
    what: 'locks only while the context is lent',
    without: 'a lock around every call',
    edits: ['outgoing', 'incoming'].map((lock) =>
      replace('native/sspi/context.h', `isLent() ? &${lock}_ : nullptr`, `&${lock}_`),
    ),
  },
  {
    name: 'slab',
    what: 'the output slab',
    without: 'memory for each result (Buffer.allocUnsafeSlow)',
    edits: [
      replace(
        'lib/message/output-memory.ts',
        'const MOST_IN_SLAB = SLAB_LENGTH / 4;',
        'const MOST_IN_SLAB = -1;',
      ),
    ],
  },
  {
    name: 'words',
    what: 'the call frame',
    without: 'numbers as arguments, and a number returned (wrap and wrapInto)',
    edits: [
      replace(binding, '(...memory: (Uint8Array | null)[]) =>', '(...memory: any[]) =>'),
      replace(
        calls,
        `    writeBytesCall(frame, 'wrap', qop, trailerSize, paddingSize, this.#output.offset);
    const failure = this.#call(memory, message);
    if (isDone(frame)) return this.#output.keep(memory, readOffset(frame), readLength(frame));
`,
        `    const { offset } = this.#output;
    const failure: any = this.#call(memory, message, 5, qop, trailerSize, paddingSize, offset);
    if (typeof failure === 'number') return this.#output.keep(memory, offset, failure);
`,
      ),
      replace(
        calls,
        `    writeBytesCall(frame, 'wrap', qop, trailerSize, paddingSize, 0);
    const failure = this.#call(target, message);
    if (isDone(frame)) return readLength(frame);
`,
        `    const failure: any = this.#call(target, message, 5, qop, trailerSize, paddingSize, 0);
    if (typeof failure === 'number') return failure;
`,
      ),
      replace(
        native,
        '  CallFrame& frame = environment.callFrame();\n',
        `  CallFrame words;
  const bool passed = count == 7;
  if (passed) {
    uint32_t* const to[] = {&words.operation, &words.qop, &words.trailer, &words.padding,
                            &words.offset};
    for (std::size_t i = 0; i < std::size(to); i++) {
      if (napi_get_value_uint32(env, values[i + 2], to[i]) != napi_ok) return nullptr;
    }
    words.done = 0;
    count = 2;
  }
  CallFrame& frame = passed ? words : environment.callFrame();
`,
      ),
      replace(
        native,
        '  return result ? nullptr : static_cast<napi_value>(failureOf(env, result.failure()));\n',
        `  if (!result) return failureOf(env, result.failure());
  napi_value length = nullptr;
  if (passed && frame.done) napi_create_uint32(env, frame.length, &length);
  return length;
`,
      ),
    ],
  },
  {
    name: 'context',
    what: 'a function for each context',
    without: 'one function with the context as an argument',
    edits: [
      replaceEvery(calls, 'this.#call(', 'this.#call(this.context.handle, '),
      replace(binding, '(...memory: (Uint8Array | null)[]) =>', '(...memory: any[]) =>'),
      replace(
        calls,
        'apply(this.#call, undefined, createArray(buffers.length, data))',
        'apply(this.#call, undefined, [this.context.handle, ...createArray(buffers.length, data)])',
      ),
      replace(
        native,
        'const auto& [context, environment] = *static_cast<Holder<sspi::Context>*>(data);',
        `auto* const holder = holderOf<sspi::Context>(env, values[0]);
  if (!holder) return nullptr;
  const auto& [context, environment] = *holder;
  count--;`,
      ),
      replace(native, 'ownBytes(env, values[i])', 'ownBytes(env, values[i + 1])'),
    ],
  },
];
