// lib/errors, and what reads options and flags
const unit = ['test/unit'];

export default [
  {
    file: 'lib/errors/usage-error.ts',
    tests: ['test/unit/usage-error.test.ts'],
    mistakes: [
      ['the stack has no code', "define(error, 'name',", "define(error, 'label',"],
      ['the code stays in the name', "  Reflect.deleteProperty(error, 'name');\n", ''],
      ['a setter of Object.prototype runs', '__proto__: null,', ''],
      ['the cause is lost', 'class(message, options)', 'class(message, options && {})'],
      [
        'validators are in the stack',
        'captureStack(error, error.code, hidden)',
        'captureStack(error, error.code, validate)',
      ],
      [
        "an error of the caller's is given another stack",
        'return usageErrors.has(error as Error);',
        'return error instanceof Error;',
      ],
    ],
  },
  {
    file: 'lib/errors/codes.ts',
    tests: ['test/unit/usage-error.test.ts'],
    mistakes: [
      [
        'a password is in the text',
        "if (typeof value !== 'object') return",
        "if (typeof value === 'string') return value;\n  if (typeof value !== 'object') return",
      ],
      [
        'a property is an argument',
        "return name.includes('.') ? 'property' : 'argument';",
        "return name.startsWith('.') ? 'property' : 'argument';",
      ],
    ],
  },
  {
    file: 'lib/errors/errors.ts',
    tests: unit,
    mistakes: [
      ['an account that is locked has no class', "      'STATUS_ACCOUNT_LOCKED_OUT',\n", ''],
      [
        'bindings have two classes',
        "['SEC_E_BAD_BINDINGS', 'STATUS_BAD_BINDINGS']",
        "['SEC_E_BAD_BINDINGS']",
      ],
      ['a certificate has no class', "      'CERT_E_CHAINING',\n", ''],
      ['the status is signed', 'this.status = status >>> 0;', 'this.status = status | 0;'],
      ['a failed step has no token for the peer', 'this.#token = details?.token;', ''],
      [
        'minified classes have no name',
        'Class.prototype.name = name;',
        'Class.prototype.name ??= name;',
      ],
    ],
  },
  {
    file: 'lib/errors/status.ts',
    tests: unit,
    mistakes: [
      ['a signed status is unknown', 'byStatus.get(status >>> 0)', 'byStatus.get(status)'],
      [
        "EncryptMessage has the step's advice",
        "EncryptMessage: 'encrypt'",
        "EncryptMessage: 'step'",
      ],
      [
        "MakeSignature has EncryptMessage's advice",
        "MakeSignature: 'sign'",
        "MakeSignature: 'encrypt'",
      ],
      ['a short number has no zeros', "padStart(8, '0')", "padStart(1, '0')"],
    ],
  },
  {
    file: 'lib/errors/suggestion.ts',
    tests: ['test/unit/suggestion.test.ts'],
    mistakes: [
      ['a word that is far is suggested', 'steps <= 2 ||', 'steps <= 3 ||'],
      ['a word that is near is not suggested', 'steps <= 2 ||', 'steps <= 1 ||'],
      ['the farthest word is suggested', 'a.steps - b.steps', 'b.steps - a.steps'],
      ['the start of three letters is enough', 'lower.length > 3', 'lower.length > 2'],
      ['the case counts', 'distance(lower, candidate.toLowerCase())', 'distance(word, candidate)'],
    ],
  },
  {
    file: 'lib/options.ts',
    tests: ['test/unit/options.test.ts'],
    mistakes: [
      [
        'settings inherit',
        'const settings = Object.create(null);',
        'const settings = Object.create(Object.prototype);',
      ],
      ['undefined is no absence', 'value === undefined ? fallback', 'value === null ? fallback'],
      ["an iterator of the caller's runs", 'read(value[index], ', 'read([...value][index], '],
      ['a number is no constant', 'numbers[candidate] === value', 'candidate === value'],
      [
        'nested options lose their name',
        'readOptions(value, name, description)',
        "readOptions(value, name && 'options', description)",
      ],
    ],
  },
  {
    file: 'lib/validate.ts',
    tests: unit,
    mistakes: [
      ['an integer below its bound is taken', 'value >= least', 'value >= least - 1'],
      ['the least integer is refused', 'value >= least', 'value > least'],
      ['the greatest integer is refused', 'value <= most)', 'value < most)'],
      [
        'text of the greatest length is refused',
        'value.length <= longest',
        'value.length < longest',
      ],
      [
        'bytes of the greatest length are refused',
        'if (length <= longest)',
        'if (length < longest)',
      ],
      [
        'shared memory in disguise is taken',
        'isSharedArrayBuffer(arrayBufferOf(value))',
        'isSharedArrayBuffer(arrayBufferOf(value) && value.buffer)',
      ],
      [
        'a zero character ends the text for Windows',
        "if (value.includes('\\0'))",
        "if (value.includes('\\x01'))",
      ],
      ['a name is empty', "if (value === '')", "if (value === ' ')"],
      ['a SID has 16 sub-authorities', '{1,15}', '{1,16}'],
      ['a SID has 15 sub-authorities and is refused', '{1,15}', '{1,14}'],
      ['bits have a sign', 'return value >>> 0;', 'return value | 0;'],
      [
        'options inherit a password',
        'prototype === null || Object',
        'prototype !== null || Object',
      ],
      [
        'an unknown key is taken',
        'if (unknown !== undefined) throw',
        'if (unknown === name) throw',
      ],
      [
        'options inherit a default',
        'const options = Object.create(null);',
        'const options = Object.create(Object.prototype);',
      ],
      ['an abort is overlooked', 'if (aborted) throw', 'if (!value) throw'],
    ],
  },
  {
    file: 'lib/flags.ts',
    tests: ['test/unit/flags.test.ts'],
    mistakes: [
      ['a default cannot be taken away', 'words[word] ??', 'words[word] ||'],
      ['integrity is not asked for', "  'integrity',\n];", '];'],
      [
        'the package allocates tokens',
        '(exact & ISC_REQ_ALLOCATE_MEMORY) === 0',
        '(exact & ISC_REQ_ALLOCATE_MEMORY) >= 0',
      ],
      [
        'bits that nothing reports are required of nobody',
        'if (rest === 0) return named;',
        'return named;',
      ],
      [
        'what was granted can be changed',
        'Object.freeze(Object.fromEntries(entries))',
        'Object.fromEntries(entries)',
      ],
      ['memory grows with each set of bits', 'if (known.size < 64)', 'if (known.size >= 0)'],
      ['a request is taken for a grant', "  'allowMissingBindings',\n];", '];'],
    ],
  },
  {
    file: 'lib/flag-bits.ts',
    tests: unit,
    mistakes: [
      [
        'the integrity of a server is its stream',
        'integrity: ASC_REQ_INTEGRITY',
        'integrity: ASC_REQ_STREAM',
      ],
      [
        'extendedError of a client is that of a server',
        'export const ISC_REQ_EXTENDED_ERROR = 0x00004000;',
        'export const ISC_REQ_EXTENDED_ERROR = 0x00008000;',
      ],
      [
        'inbound is outbound',
        'export const SECPKG_CRED_INBOUND = 1;',
        'export const SECPKG_CRED_INBOUND = 2;',
      ],
    ],
  },
  {
    file: 'lib/packages.ts',
    tests: ['test/unit/packages.test.ts'],
    mistakes: [
      ['the port may be 0', 'integer(1, 65_535)', 'integer(0, 65_535)'],
      ['the port may be 65536', 'integer(1, 65_535)', 'integer(1, 65_536)'],
      [
        'the realm may have a realm',
        'realm: optional(without(/[/:@\\s]/))',
        'realm: optional(without(/[/:\\s]/))',
      ],
      [
        'the service name may have a realm',
        'serviceName: optional(without(/[@\\s]/))',
        'serviceName: optional(without(/[\\s]/))',
      ],
      [
        'the service class may have a port',
        'const readServiceClass = without(/[/:@\\s]/);',
        'const readServiceClass = without(/[/@\\s]/);',
      ],
    ],
  },
  {
    file: 'lib/threads.ts',
    tests: ['test/api/bounds.test.ts'],
    mistakes: [
      ['1024 threads are too many', 'integer(1, 1024)', 'integer(1, 1023)'],
      ['no thread at all', 'integer(1, 1024)', 'integer(0, 1024)'],
      ['the queue is longer than documented', 'integer(0, 65_536)', 'integer(0, 65_537)'],
      ['an hour is too long', 'integer(0, 3_600_000)', 'integer(0, 3_599_999)'],
    ],
  },
  {
    file: 'lib/accounts.ts',
    tests: ['test/api/accounts.test.ts', 'test/api/identity'],
    mistakes: [
      ['a group is a user', "  'group',\n  'domain',", "  'user',\n  'domain',"],
      [
        'an unknown format is written',
        "formats.filter((format) => format !== 'unknown')",
        "formats.filter((format) => format !== 'unknown' || true) as never",
      ],
      [
        'a look-up runs as this process and not as the client',
        "  assertNotImpersonating('lookupAccountSid()');\n",
        '',
      ],
    ],
  },
];
