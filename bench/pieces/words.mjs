// wrap and wrapInto without the words of binding.layout: numbers go as arguments, and offset and length
// come back as one number.

/**
 * @param {{ calls: string, binding: string, native: string }} files
 * @returns {import('./list.mjs').Edit[]}
 */
export function passedWords({ calls, binding, native }) {
  return [
    {
      file: binding,
      from: 'NativeMessageFunction = (...memory: (Uint8Array | null)[]) =>',
      to: 'NativeMessageFunction = (...memory: any[]) =>',
    },
    {
      file: calls,
      from: `    writeWrapCall(frame, 'wrap', qop, sizes, outputMemory.offset);
    const failure = this.#call(memory, message);
    if (!isDone(frame)) throw callError(failure, [['message', message]]);
    return outputMemory.keep(memory, readOffset(frame), readLength(frame));
`,
      to: `    const { offset } = outputMemory;
    const { trailerSize, paddingSize } = sizes;
    const range: any = this.#call(memory, message, WRAP, qop, trailerSize, paddingSize, offset);
    if (typeof range !== 'number') throw callError(range, [['message', message]]);
    const rangeLength = range % 0x100000000;
    return outputMemory.keep(memory, (range - rangeLength) / 0x100000000, rangeLength);
`,
    },
    {
      file: calls,
      from: `    writeWrapCall(frame, 'wrapInto', qop, sizes, 0);
    const failure = this.#call(target, message);
    if (isDone(frame)) return readLength(frame);
    if (failure) throw errorOf(failure);
`,
      to: `    const { trailerSize, paddingSize } = sizes;
    const length: any = this.#call(target, message, WRAP_INTO, qop, trailerSize, paddingSize, 0);
    if (typeof length === 'number') return length;
    if (length) throw errorOf(length);
`,
    },
    {
      file: calls,
      from: 'const MOST_BYTES = 0xffffffff;\n',
      to: 'const MOST_BYTES = 0xffffffff;\nconst WRAP = 5;\nconst WRAP_INTO = 6;\n',
    },
    { file: native, from: 'kFew = 4;', to: 'kFew = 7;' },
    {
      file: native,
      from: '  Layout& layout = environment.layout();\n',
      to: `  Layout words;
  const bool passed = count == 7;
  if (passed) {
    uint32_t* const to[] = {&words.operation, &words.qop, &words.token, &words.padding,
                            &words.offset};
    for (std::size_t i = 0; i < std::size(to); i++) {
      if (napi_get_value_uint32(env, values[i + 2], to[i]) != napi_ok) return nullptr;
    }
    words.done = 0;
    count = 2;
  }
  Layout& layout = passed ? words : environment.layout();
`,
    },
    {
      file: native,
      from: '  return kOperations[layout.operation]({env, *context, layout, arguments});\n',
      to: `  napi_value result = kOperations[layout.operation]({env, *context, layout, arguments});
  if (!passed || !layout.done) return result;
  if (layout.offset == 0) {
    napi_create_uint32(env, layout.length, &result);
  } else {
    napi_create_double(env, layout.offset * 4294967296.0 + layout.length, &result);
  }
  return result;
`,
    },
  ];
}
