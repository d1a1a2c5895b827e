// lib/credentials
export default [
  {
    file: 'lib/credentials/credentials.ts',
    tests: ['test/api/identity/impersonation.test.ts'],
    mistakes: [
      [
        'credentials are acquired as the process inside a callback',
        "    assertNotImpersonating('Credentials.acquire()');\n",
        '',
      ],
    ],
  },
  {
    file: 'lib/credentials/credentials.ts',
    tests: ['test/api/credentials/misuse.test.ts'],
    mistakes: [
      [
        'credentials for servers make clients',
        "if (acquiredFor !== use && acquiredFor !== 'both')",
        "if (acquiredFor !== use && acquiredFor === 'both')",
      ],
      [
        'what looks like credentials is taken',
        'if (!isObject(credentials) || !(#handle in credentials))',
        'if (!isObject(credentials) || !(brand in credentials))',
      ],
    ],
  },
  {
    file: 'lib/credentials/credentials.ts',
    tests: ['test/api/credentials/acquire.test.ts'],
    mistakes: [
      ['closed credentials keep their handle', 'getBinding().closeCredentials(handle);\n', '\n'],
    ],
  },
  {
    file: 'lib/credentials/calls.ts',
    tests: ['test/security/secrets.test.ts'],
    mistakes: [
      [
        'a password waits for the result',
        'clearSecret(native);\n    return resultOf(await call);',
        'return resultOf(await call);',
      ],
    ],
  },
  {
    file: 'lib/credentials/request.ts',
    tests: ['test/api/credentials/acquire.test.ts', 'test/api/credentials/misuse.test.ts'],
    mistakes: [
      [
        'credentials are for servers where nothing is said',
        "use: optional(use, 'outbound')",
        "use: optional(use, 'inbound')",
      ],
      [
        'Schannel reads a password as its own structure',
        "if (settings.identity !== undefined) assertTakes('identity', settings.package);",
        '',
      ],
      [
        'Schannel reads a package list as its own structure',
        "if (settings.packageList !== undefined) assertTakes('packageList', settings.package);",
        '',
      ],
    ],
  },
  {
    file: 'lib/credentials/request.ts',
    tests: ['test/api/credentials/attributes.test.ts'],
    mistakes: [
      [
        'credentials are added for another use',
        'use: settings.use ?? defaultUse',
        "use: settings.use ?? (defaultUse && 'outbound')",
      ],
    ],
  },
  {
    file: 'lib/credentials/request.ts',
    tests: ['test/api/credentials/acquire.test.ts'],
    mistakes: [
      [
        'NTLM is not kept out',
        "ntlm ? settings.packageList : '!ntlm'",
        "ntlm ? settings.packageList : 'ntlm'",
      ],
      [
        'ntlm: false replaces a package list',
        'if (packageList !== undefined) {',
        'if (packageList === null) {',
      ],
      [
        'ntlm: false does nothing to NTLM itself',
        'info.rpcId === RPC_C_AUTHN_GSS_NEGOTIATE) return;',
        'info.rpcId !== RPC_C_AUTHN_GSS_NEGOTIATE) return;',
      ],
      [
        "a caller's keytab is wiped",
        'settings.identity && copyIdentity(settings.identity)',
        'settings.identity && (copyIdentity(settings.identity), settings.identity)',
      ],
    ],
  },
];
