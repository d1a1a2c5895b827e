// What the tests know of a security package that not every implementation does alike.

/** The package of Windows that a package is, or stands for. */
export type Model = 'Negotiate' | 'Kerberos' | 'NTLM';

/** What a test may need of a package, or of the place where it runs. */
export type Behaviour =
  /** A client of the logged-on user or of alice, and a server, complete a handshake. */
  | 'contexts'
  /** The accounts of the lab's domain, and its peers. */
  | 'domain'
  /** Attributes that are answered. */
  | 'names'
  | 'nativeNames'
  | 'sessionKey'
  | 'lifespan'
  | 'keyInfo'
  | 'flags'
  | 'packageInfo'
  /** A handshake that goes on is not said to be complete. */
  | 'inProgress'
  /** A context says what was granted. */
  | 'grantedFlags'
  /** Negotiate's server says which package the client chose. */
  | 'acceptedPackage'
  /** Each side opens what the other sealed, and verifies what it signed. */
  | 'messages'
  | 'signatures'
  /** The server's messages are encrypted. */
  | 'serverSeals'
  /** STREAM and an empty DATA are opened. */
  | 'stream'
  /** Nothing is left of a PADDING that is not needed. */
  | 'noPadding'
  /** Several DATA buffers are one message. */
  | 'severalData'
  /** A message that is not encrypted lies in DATA as it was. */
  | 'signedInPlace'
  /** READONLY_WITH_CHECKSUM is covered. */
  | 'checksum'
  /** Without confidentiality nothing is sealed. */
  | 'unsealed'
  /** A quality of protection that does not exist is refused. */
  | 'qop'
  /** A client that has channel bindings completes a handshake. */
  | 'bindingsTaken'
  /** The server compares the client's channel bindings with its own. */
  | 'bindings'
  /** Identities are more than user, realm and password. */
  | 'identityForms'
  /** Nobody looks at a password before the first step. */
  | 'lateLogon'
  /** The process has a logged-on user whom the package takes. */
  | 'loggedOn'
  | 'spnego'
  | 'packageList'
  /** Many handshakes at the same time. */
  | 'manyAtOnce';

/** What is refused; each kind is an error of its own on Windows. */
export type Refusal =
  | 'logon'
  | 'realm'
  | 'target'
  | 'principal'
  | 'clock'
  | 'replayedToken'
  | 'replayedMessage'
  | 'qop';

export interface Facts {
  /** The package that authenticates the client to the tests' service. */
  readonly chosen: 'Kerberos' | 'NTLM';
  readonly sizes: {
    readonly maxToken: number;
    readonly maxSignature: number;
    readonly blockSize: number;
    readonly securityTrailer: number;
  };
  /** The attribute keyInfo. */
  readonly keyInfo: object;
  /** What the server's last step says. */
  readonly lastStatus: 'SEC_E_OK' | 'SEC_I_COMPLETE_NEEDED';
  /** Where a refused logon shows. */
  readonly logonRefusedBy: string;
  /** The names of errors, or their codes where the names would say nothing. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  /** The codes of tokens and messages that were changed. */
  readonly garbageCodes: RegExp;
  /** How many tokens of strangers it takes in the time that a test may last. */
  readonly strangers: number;
  /** Tokens that end the process. */
  isBrokenBy(token: Buffer): boolean;
}

export interface Family extends Facts {
  /** Whose implementation it is. */
  readonly origin: 'bridge' | 'Wine' | 'Windows' | 'WinPR';
  readonly model: Model;
  /** What secur32 calls it. */
  readonly package: string;
  /** What test names call it: `LabKerberos`, `Wine's Kerberos`. */
  readonly title: string;
  /** Why behaviours are not to be had from it, as what follows its title. */
  readonly lacks: Readonly<Partial<Record<Behaviour, string>>>;
}

const sizes = {
  Kerberos: { maxToken: 48_000, maxSignature: 64, blockSize: 16, securityTrailer: 76 },
  NTLM: { maxToken: 2888, maxSignature: 16, blockSize: 0, securityTrailer: 16 },
};

const keyInfo = {
  Kerberos: {
    signatureAlgorithmName: 'HMAC-SHA1-96',
    encryptAlgorithmName: 'Kerberos AES256-CTS-HMAC-SHA1-96',
    keySize: 256,
    signatureAlgorithm: 16,
    encryptAlgorithm: 18,
  },
  NTLM: {
    signatureAlgorithmName: 'HMAC-MD5',
    encryptAlgorithmName: 'RSADSI RC4',
    keySize: 128,
    signatureAlgorithm: 0xffffff76,
    encryptAlgorithm: 0x6801,
  },
};

const refusals: Readonly<Record<Refusal, string>> = {
  logon: 'LogonDeniedError',
  realm: 'NoAuthorityError',
  target: 'TargetUnknownError',
  principal: 'WrongPrincipalError',
  clock: 'TimeSkewError',
  replayedToken: 'LogonDeniedError',
  replayedMessage: 'OutOfSequenceError',
  qop: 'QopNotSupportedError',
};

/** What Windows's packages do, which is what the tests expect. */
export function windowsFacts(chosen: Facts['chosen']): Facts {
  return {
    chosen,
    sizes: sizes[chosen],
    keyInfo: keyInfo[chosen],
    lastStatus: 'SEC_E_OK',
    logonRefusedBy: chosen === 'NTLM' ? 'AcceptSecurityContext' : 'InitializeSecurityContext',
    refusals,
    garbageCodes: /^SEC_E_(?!INTERNAL)/,
    strangers: Number.POSITIVE_INFINITY,
    isBrokenBy: () => false,
  };
}
