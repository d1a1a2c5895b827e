// wrap and wrapInto without the words of binding.layout: numbers go as arguments, and offset and length
// come back as one number.

/**
 * @param {{ layout: string, message: string, binding: string }} files
 * @returns {import('./list.mjs').Edit[]}
 */
export function passedWords({ layout, message, binding }) {
  return [
    { file: binding, from: '(...memory: (Uint8Array | null)[]) =>', to: '(...memory: any[]) =>' },
    {
      file: layout,
      from: `    writeWrap(layout, WRAP, qop, room, outputMemory.offset);
    const failure = this.#call(memory, message);
    if (layout[DONE] === 0) throw failed(failure, [['message', message]]);
    return outputMemory.keep(memory, read(layout, RESULT_OFFSET), read(layout, RESULT_LENGTH));
`,
      to: `    const { offset } = outputMemory;
    const sealed: any = this.#call(memory, message, WRAP, qop, room.token, room.padding, offset);
    if (typeof sealed !== 'number') throw failed(sealed, [['message', message]]);
    const sealedLength = sealed % 0x100000000;
    return outputMemory.keep(memory, (sealed - sealedLength) / 0x100000000, sealedLength);
`,
    },
    {
      file: layout,
      from: `    writeWrap(layout, WRAP_INTO, qop, room, 0);
    const failure = this.#call(target, message);
    if (layout[DONE] === 1) return read(layout, RESULT_LENGTH);
    if (failure) throw errorOf(failure);
`,
      to: `    const sealed: any = this.#call(target, message, WRAP_INTO, qop, room.token, room.padding, 0);
    if (typeof sealed === 'number') return sealed;
    if (sealed) throw errorOf(sealed);
`,
    },
    { file: message, from: 'kFew = 4;', to: 'kFew = 7;' },
    {
      file: message,
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
      file: message,
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
