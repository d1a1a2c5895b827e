// native/sspi
export default [
  {
    file: 'native/sspi/message.cc',
    tests: ['test/api/messages/statuses.test.ts'],
    mistakes: [
      [
        'a part of a message may begin anywhere',
        '  if (!left->empty() && left->data() != memory.data()) return std::nullopt;\n',
        '',
      ],
      [
        'the sequence number is lost',
        'return EncryptMessage(context.handle(), qop, buffers.get(), sequence_number);',
        'return EncryptMessage(context.handle(), qop, buffers.get(), sequence_number & 0);',
      ],
    ],
  },
  {
    file: 'native/sspi/message.cc',
    tests: ['test/api/messages/kerberos-layout.test.ts', 'test/api/messages/bytes.test.ts'],
    mistakes: [
      [
        'a token that is shorter than its room leaves a gap',
        'std::size_t end = *token_length;',
        'std::size_t end = token_length ? sizes.token : 0;',
      ],
      [
        'a message that was only signed looks encrypted',
        'DecryptMessage(context.handle(), buffers.get(), sequence_number, &returned);\n  qop = static_cast<uint32_t>(returned);',
        'DecryptMessage(context.handle(), buffers.get(), sequence_number, &returned);\n  qop = 0;',
      ],
    ],
  },
  {
    file: 'native/sspi/impersonation.cc',
    tests: ['test/api/identity/impersonation.test.ts'],
    mistakes: [
      [
        'an outer client passes for an inner one',
        'if (*before && !RevertToSelf())',
        'if (*before && !before->get())',
      ],
      ['an impersonation that failed is reverted', '    impersonation.restore();\n', ''],
      [
        'the outer client is lost',
        'SetThreadToken(nullptr, before_.get())',
        'SetThreadToken(nullptr, nullptr)',
      ],
      [
        'the package does not see the end',
        'if (auto handle = context_->currentHandle()) RevertSecurityContext(&*handle);',
        '',
      ],
      [
        'the thread stays the client where the package does not turn it back',
        'RevertSecurityContext(&*handle);\n  restore();',
        'RevertSecurityContext(&*handle);\n  context_ = nullptr;',
      ],
      [
        'a failure of ImpersonateSecurityContext is a success',
        'const SECURITY_STATUS status = ImpersonateSecurityContext(&*handle);\n  if (status != SEC_E_OK) {',
        'const SECURITY_STATUS status = ImpersonateSecurityContext(&*handle);\n  if (status == SEC_E_OK + 1) {',
      ],
    ],
  },
  {
    file: 'native/sspi/access_token.cc',
    tests: ['test/api/identity/impersonation.test.ts'],
    mistakes: [
      [
        "this process's own token is the client's",
        'reinterpret_cast<LONG_PTR>(token) > 0;',
        'token != nullptr;',
      ],
    ],
  },
];
