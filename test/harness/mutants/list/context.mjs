// lib/context
export default [
  {
    file: 'lib/context/state.ts',
    tests: ['test/api/schannel/control-token.test.ts'],
    mistakes: [
      [
        'a renegotiation that goes on counts as done',
        "return this.#stage === 'complete' && !this.#pendingSteps?.renegotiating;",
        "return this.#stage === 'complete';",
      ],
      [
        'a context is exported during a renegotiation',
        'if (this.#pendingSteps?.renegotiating) throw',
        'if (this.#pendingSteps?.any && !this.done && !this.flags) throw',
      ],
      [
        'a complete context has steps',
        'if (!this.#pendingSteps?.any) throw',
        'if (this.#pendingSteps?.renegotiating) throw',
      ],
      [
        'a renegotiation does not change the expiry',
        'this.#expiry = expiry;',
        'this.#expiry ??= expiry;',
      ],
      [
        'steps that are granted less than was required are taken',
        'if (established) this.complete(established);',
        'if (established && !this.#package) this.complete(established);',
      ],
    ],
  },
  {
    file: 'lib/context/state.ts',
    tests: ['test/api/contexts/state.test.ts'],
    mistakes: [
      [
        'a context that failed does not say why',
        '    if (this.#stage instanceof Error) throw this.#stage;\n',
        '',
      ],
    ],
  },
  {
    file: 'lib/context/pending-steps.ts',
    tests: ['test/unit/pending-steps.test.ts', 'test/api/schannel/control-token.test.ts'],
    mistakes: [
      [
        'a control token has no step',
        'return (this.#bits & (CONTROL_TOKEN | RENEGOTIATION_REQUESTED)) !== 0;',
        'return (this.#bits & RENEGOTIATION_REQUESTED) !== 0;',
      ],
      [
        "the peer's token belongs to a control token",
        'return !hasToken && (this.#bits',
        'return (!hasToken || this.renegotiating || this.any) && (this.#bits',
      ],
      [
        'the end of a control token ends a renegotiation',
        'if (done) this.#bits &= ~CONTROL_TOKEN;',
        'if (done) this.#bits = 0;',
      ],
      [
        'a context has steps for ever after a renegotiation',
        '~(RENEGOTIATION_REQUESTED | RENEGOTIATING)',
        '~RENEGOTIATING',
      ],
      [
        'a renegotiation that wants more steps looks complete',
        'else this.#bits |= RENEGOTIATION_REQUESTED | RENEGOTIATING;',
        'else this.#bits |= RENEGOTIATION_REQUESTED;',
      ],
      [
        'a renegotiation takes the place of a control token',
        'addRenegotiation(): void {\n    this.#bits |=',
        'addRenegotiation(): void {\n    this.#bits =',
      ],
      [
        'a control token takes the place of a renegotiation',
        'addControlStep(): void {\n    this.#bits |=',
        'addControlStep(): void {\n    this.#bits =',
      ],
    ],
  },
  {
    file: 'lib/context/identity.ts',
    tests: ['test/unit/identity.test.ts'],
    mistakes: [
      ['SYSTEM is anonymous', "'S-1-5-7'", "'S-1-5-18'"],
      [
        'the Guest account is no guest',
        'findRid(user.sid) === GUEST_RID || groups',
        'findRid(user.sid) === GUEST_RID && groups',
      ],
      [
        'a denied membership makes a guest',
        'if ((attributes & SE_GROUP_ENABLED) === 0) return false;',
        'if (attributes === 0) return false;',
      ],
      ['every user of a domain is a guest', "'514'", "'513'"],
      [
        'a RID of another authority makes a guest',
        '/^S-1-5-21-\\d+-\\d+-\\d+-(?<rid>',
        '/^S-1-5-[\\d-]+-(?<rid>',
      ],
      [
        'a server that may only identify seems to act',
        "'identification', 'impersonation',",
        "'impersonation', 'identification',",
      ],
      [
        'a resource group has half of the attribute logonId',
        '(group.attributes & bits) >>> 0 === bits',
        '(group.attributes & bits) !== 0',
      ],
      [
        'no group has the attribute logonId',
        '(group.attributes & bits) >>> 0 === bits',
        '(group.attributes & bits) === bits',
      ],
      [
        'who is denied looks like integrity',
        'useForDenyOnly: 0x00000010',
        'useForDenyOnly: 0x00000020',
      ],
    ],
  },
  {
    file: 'lib/context/identity.ts',
    tests: ['test/api/identity/guests.test.ts'],
    mistakes: [
      ['names are left out', 'names: optional(boolean, true)', 'names: optional(boolean, false)'],
    ],
  },
  {
    file: 'lib/addon/impersonation.ts',
    tests: ['test/api/identity/impersonation.test.ts'],
    mistakes: [
      [
        'nothing can be acquired after a callback that threw',
        '  try {\n    return run();\n  } finally {\n    depth -= 1;\n  }',
        '  const value = run();\n  depth -= 1;\n  return value;',
      ],
      ['an inner impersonation ends the outer one', 'depth -= 1;', 'depth = 0;'],
    ],
  },
  {
    file: 'lib/context/channel-bindings.ts',
    tests: ['test/unit/channel-bindings.test.ts'],
    mistakes: [
      [
        'the hash of a certificate with SHA-1 is SHA-1',
        "hash === 'md5' || hash === 'sha1' ?",
        "hash === 'md5' ?",
      ],
      ['a context is bound to nothing', 'byteLengthOf(copy) > 0', 'byteLengthOf(copy) >= 0'],
      [
        'a resumed session has the bindings of the other side',
        "(role === 'client') !== socket.isSessionReused()",
        "role === 'client'",
      ],
      [
        'tls-unique is made of TLS 1.3',
        "if (socket.getProtocol() === 'TLSv1.3')",
        'if (!socket.getProtocol())',
      ],
      [
        'a client binds to its own certificate',
        "role === 'client' ? socket.getPeerCertificate()",
        "role === 'server' ? socket.getPeerCertificate()",
      ],
      [
        'the label of the exporter is another one',
        "'EXPORTER-Channel-Binding'",
        "'EXPORTER-channel-binding'",
      ],
      ['the prefix has no colon', ':`), value]', '`), value]'],
    ],
  },
  {
    file: 'lib/context/channel-bindings.ts',
    tests: ['test/api/bounds.test.ts'],
    mistakes: [['bindings of the greatest length are refused', 'bytes(0xffff)', 'bytes(0xfffe)']],
  },
  {
    file: 'lib/context/principal.ts',
    tests: ['test/api/contexts/principal.test.ts'],
    mistakes: [
      [
        'a name that nobody has proved is the peer',
        'if (!context.flags.mutualAuthentication) return',
        'if (!context.flags) return',
      ],
      ["a client's peer is the client itself", ')?.serverName', ')?.clientName'],
      [
        'an unfinished handshake names its peer',
        "if (context.name !== 'complete') return",
        "if (context.name === 'new') return",
      ],
      [
        'a query that fails looks like no name',
        'if (error instanceof UnsupportedFunctionError) return',
        'if (error instanceof UnsupportedFunctionError || error) return',
      ],
      [
        'an empty name is a name',
        "return user || queryIfKnown(context, 'nativeNames')?.clientName || undefined;",
        "return user ?? (queryIfKnown(context, 'nativeNames')?.clientName || undefined);",
      ],
    ],
  },
];
