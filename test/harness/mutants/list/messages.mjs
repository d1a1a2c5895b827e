// lib/message and what it calls: native/message_operations.cc, native/sspi/message.cc
const messages = (...names) => names.map((name) => `test/api/messages/${name}.test.ts`);
const ofGrants = messages('not-granted');
const ofMemory = messages('memory', 'ntlm-layout', 'wrap-into');

/** Takes the check of the state in place of that of the state and of what was granted. */
const unchecked = {
  sync: 'this.native.context.assertComplete(); this.assertIdle();',
  async: 'this.native.context.assertComplete();',
};

const asyncCheck = (grant) => `this.assertGranted(\`\${call.name}Async\`, ${grant});`;

export default [
  {
    file: 'lib/message/outgoing.ts',
    tests: ofGrants,
    mistakes: [
      ...['wrap', 'wrapInto', 'wrapDetached'].flatMap((name) => {
        const check = `this.assertReady('${name}', grantOfQop(qop));`;
        return [
          [`${name} asks for no grant`, check, unchecked.sync],
          [
            `${name} encrypts without confidentiality`,
            check,
            `this.assertReady('${name}', SIGNING);`,
          ],
          [`${name} needs confidentiality to sign`, check, `this.assertReady('${name}', 2);`],
        ];
      }),
      [
        'wrapAsync asks for no grant',
        "this.assertGranted('wrapAsync', grantOfQop(qop));",
        unchecked.async,
      ],
      [
        'wrapAsync encrypts without confidentiality',
        "this.assertGranted('wrapAsync', grantOfQop(qop));",
        "this.assertGranted('wrapAsync', SIGNING);",
      ],
      ['sign asks for no grant', "this.assertReady('sign', SIGNING);", unchecked.sync],
      [
        'sign needs confidentiality',
        "this.assertReady('sign', SIGNING);",
        "this.assertReady('sign', 2);",
      ],
      [
        'encryptMessage and makeSignature ask for no grant',
        'this.assertReady(call.name, grantOf(call));',
        unchecked.sync,
      ],
      [
        'encryptMessageAsync and makeSignatureAsync ask for no grant',
        asyncCheck('grantOf(call)'),
        unchecked.async,
      ],
    ],
  },
  {
    file: 'lib/message/incoming.ts',
    tests: ofGrants,
    mistakes: [
      ...['unwrap', 'unwrapDetached', 'verify'].map((name) => [
        `${name} asks for no grant`,
        `this.assertReady('${name}', SIGNING);`,
        unchecked.sync,
      ]),
      [
        'unwrapAsync asks for no grant',
        "this.assertGranted('unwrapAsync', SIGNING);",
        unchecked.async,
      ],
      [
        'decryptMessage and verifySignature ask for no grant',
        'this.assertReady(call.name, SIGNING);',
        unchecked.sync,
      ],
      [
        'decryptMessageAsync and verifySignatureAsync ask for no grant',
        asyncCheck('SIGNING'),
        unchecked.async,
      ],
      [
        'encrypted is true without confidentiality',
        'encrypted: isEncrypted(this.native.context.grants, qop)',
        'encrypted: isEncrypted(3, qop)',
      ],
    ],
  },
  {
    file: 'lib/message/grants.ts',
    tests: ofGrants,
    mistakes: [
      ['integrity grants no signature', 'flags.integrity || ', ''],
      ['replayDetect grants no signature', 'flags.replayDetect || ', ''],
      ['sequenceDetect grants no signature', ' || flags.sequenceDetect', ''],
      [
        'confidentiality grants nothing',
        '  if (flags.confidentiality) return SIGNING | ENCRYPTION;\n',
        '',
      ],
      [
        'another quality of protection than 0 encrypts without confidentiality',
        'qop === SECQOP_WRAP_NO_ENCRYPT ?',
        'qop === SECQOP_WRAP_NO_ENCRYPT || qop !== 0 ?',
      ],
    ],
  },
  {
    file: 'lib/context/state.ts',
    tests: ofGrants,
    mistakes: [
      [
        'a package that granted nothing counts as one that does not say so',
        'flags === undefined ? UNKNOWN_GRANTS',
        '!flags ? UNKNOWN_GRANTS',
      ],
      [
        'a package that does not say what it granted counts as one that granted nothing',
        'flags === undefined ? UNKNOWN_GRANTS',
        'flags === 1 ? UNKNOWN_GRANTS',
      ],
    ],
  },
  {
    file: 'lib/tracing/traced-messages.ts',
    tests: ofGrants,
    mistakes: [
      [
        'a trace says that a message was encrypted without confidentiality',
        'isEncrypted(this.context.grants, qop)',
        'isEncrypted(3, qop)',
      ],
    ],
  },
  {
    file: 'native/sspi/context.cc',
    tests: ['test/api/contexts/handshake.test.ts'],
    mistakes: [
      [
        'flags that no step wrote are not asked for',
        'if (written != 0) return written;',
        'if (written != 1) return written;',
      ],
    ],
  },
  {
    file: 'lib/message/sizes.ts',
    tests: messages('dce-style', 'buffer-types'),
    mistakes: [
      [
        'NTLM with DCE_STYLE needs a token of 76 bytes',
        '  return {\n    securityTrailer,\n',
        '  return {\n    securityTrailer: dceStyle ? Math.max(securityTrailer, 76) : securityTrailer,\n',
      ],
      [
        'wrap gives a token of DCE_STYLE no more room',
        'dceStyle ? LEAST_DCE_STYLE_TOKEN : LEAST_TOKEN',
        '!dceStyle ? LEAST_DCE_STYLE_TOKEN : LEAST_TOKEN',
      ],
    ],
  },
  {
    file: 'lib/message/incoming.ts',
    tests: [...messages('dce-style', 'ntlm-layout', 'statuses')],
    mistakes: [
      [
        'an empty message of NTLM cannot be unwrapped',
        'if (byteLengthOf(wrapped) >= securityTrailer)',
        'if (byteLengthOf(wrapped) > securityTrailer)',
      ],
      [
        'unwrapDetached takes any success for a message',
        "    assertOk('decryptMessage', result);\n",
        '',
      ],
      [
        'verifySignature takes any success for a valid signature',
        "  assertOk('verifySignature', result);\n",
        '',
      ],
    ],
  },
  {
    file: 'lib/message/outgoing.ts',
    tests: messages('statuses'),
    mistakes: [
      [
        'encryptMessage and makeSignature take any success for a protected message',
        '    const result = this.native.callBuffers(call);\n    assertOk(call.name, result);\n    return result.buffers;',
        '    const result = this.native.callBuffers(call);\n    return result.buffers;',
      ],
      [
        'encryptMessageAsync and makeSignatureAsync take any success for a protected message',
        '    const result = await this.callBuffersInTurn(call);\n    assertOk(call.name, result);\n',
        '    const result = await this.callBuffersInTurn(call);\n',
      ],
      [
        'wrapDetached takes any success for a protected message',
        '    assertOk(call.name, result);\n    return {\n',
        '    return {\n',
      ],
    ],
  },
  {
    file: 'lib/message/direction.ts',
    tests: messages('queue'),
    mistakes: [
      [
        'an asynchronous call does not wait for those before it',
        '    return this.#queue.run(async () => {',
        '    return (async (run: () => Promise<Value>) => run())(async () => {',
      ],
      [
        'the result of a context that was closed meanwhile is returned',
        '      const result = await call();\n      context.assertComplete();\n',
        '      const result = await call();\n',
      ],
      [
        'a synchronous call overtakes asynchronous ones',
        '    this.assertGranted(operation, grant);\n    this.assertIdle();',
        '    this.assertGranted(operation, grant);',
      ],
    ],
  },
  {
    file: 'lib/message/queue.ts',
    tests: messages('queue'),
    mistakes: [
      [
        'calls that wait take threads',
        'this.#length === 1 || !this.#last ?',
        'this.#length > 0 || !this.#last ?',
      ],
    ],
  },
  {
    file: 'lib/message/protection.ts',
    tests: messages('queue'),
    mistakes: [
      [
        'a context is exported during an outgoing message',
        '    this.outgoing.assertIdle();\n    this.incoming',
        '    this.incoming',
      ],
      ['a context is exported during an incoming message', '    this.incoming.assertIdle();\n', ''],
    ],
  },
  {
    file: 'lib/message/native-messages.ts',
    tests: ofMemory,
    mistakes: [
      [
        'a message that was not encrypted stays beside the next result',
        "    this.#output.wipe(memory, length);\n    throw callError(failure, 'message', message);",
        "    throw callError(failure, 'message', message);",
      ],
      [
        'a message that was not verified stays beside the next result',
        "    this.#output.wipe(memory, length);\n    throw callError(failure, 'wrapped', wrapped);",
        "    throw callError(failure, 'wrapped', wrapped);",
      ],
    ],
  },
  {
    file: 'native/sspi/message.cc',
    tests: messages('memory'),
    mistakes: [
      [
        'a token has what was in its memory before',
        '  std::ranges::fill(token, std::byte{0});\n',
        '',
      ],
      [
        'padding has what was in its memory before',
        '  std::ranges::fill(padding, std::byte{0});\n',
        '',
      ],
      [
        'a signature has what was in its memory before',
        '  std::ranges::fill(target, std::byte{0});\n',
        '',
      ],
    ],
  },
  {
    file: 'native/sspi/message.cc',
    tests: messages('statuses'),
    mistakes: [
      [
        'unwrap and unwrapAsync take any success for a message',
        '  // A success that is not SEC_E_OK comes without a message.\n  if (status != SEC_E_OK)',
        '  if (!succeeded(status))',
      ],
      ...['encrypted', 'signed', 'verified'].map((done) => [
        `a success that has not ${done} is taken for one that has`,
        `  // A success that is not SEC_E_OK has not ${done}.\n  if (status != SEC_E_OK)`,
        '  if (!succeeded(status))',
      ]),
    ],
  },
  {
    file: 'native/message_operations.cc',
    tests: ofMemory,
    mistakes: [
      [
        "verify works in the caller's signature",
        'verifyMessage(context, memory[1], *range)',
        'verifyMessage(context, memory[1], memory[2])',
      ],
      [
        "unwrap works in the caller's memory",
        'unwrapMessage(context, *range, token_length)',
        'unwrapMessage(context, memory[1], token_length)',
      ],
      [
        'a target of one byte too few is taken',
        'memory.size() - frame.offset < length',
        'memory.size() - frame.offset + 1 < length',
      ],
      [
        'a target that is just long enough is refused',
        'memory.size() - frame.offset < length',
        'memory.size() - frame.offset <= length',
      ],
    ],
  },
  {
    file: 'lib/credentials/credentials.ts',
    tests: ['test/api/identity/impersonation.test.ts'],
    mistakes: [
      [
        'add() inside impersonate() adds credentials of the process',
        "    assertNotImpersonating('credentials.add()');\n",
        '',
      ],
    ],
  },
];
