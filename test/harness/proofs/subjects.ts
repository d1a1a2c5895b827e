import { facts } from './facts.js';

// What the tests prove, one row each in docs/proofs.md. A subject without a test has to say why, in
// `onWindows`; otherwise the run fails.

/** One row of the table. */
export interface Row {
  /** As the Windows SDK has it. */
  readonly number?: number;
  readonly statement?: string;
  /** What no test here can show. */
  readonly onWindows?: string;
}

export type Rows = Readonly<Record<string, Row>>;

const actsAsClient =
  "The token of a client of Windows's packages: `test/api/identity/misuse.test.ts` there.";
const plainFunction = (name: string) =>
  `Not called: it is ${name} with the size of the answer's memory beside it.`;

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-securityfunctiontablew, version 5 */
export const functions = {
  EnumerateSecurityPackages: {},
  QueryCredentialsAttributes: {},
  AcquireCredentialsHandle: {},
  FreeCredentialsHandle: {},
  InitializeSecurityContext: {},
  AcceptSecurityContext: {},
  CompleteAuthToken: { onWindows: 'A package that asks for it: Digest.' },
  DeleteSecurityContext: {},
  ApplyControlToken: {},
  QueryContextAttributes: {},
  ImpersonateSecurityContext: { onWindows: actsAsClient },
  RevertSecurityContext: { onWindows: actsAsClient },
  MakeSignature: {},
  VerifySignature: {},
  FreeContextBuffer: {},
  QuerySecurityPackageInfo: {},
  ExportSecurityContext: {},
  ImportSecurityContext: {},
  AddCredentials: {},
  QuerySecurityContextToken: { onWindows: actsAsClient },
  EncryptMessage: { onWindows: 'The layout that Kerberos of Windows makes.' },
  DecryptMessage: { onWindows: 'The range that Kerberos of Windows finds in a STREAM.' },
  SetContextAttributes: {},
  SetCredentialsAttributes: {
    onWindows: 'That a setting takes effect: secur32 of Wine does not export the function.',
  },
  ChangeAccountPassword: {
    onWindows: 'Not called: winsspi changes no passwords. secur32 of Wine does not export it.',
  },
  QueryContextAttributesEx: { onWindows: plainFunction('QueryContextAttributes') },
  QueryCredentialsAttributesEx: { onWindows: plainFunction('QueryCredentialsAttributes') },
} as const satisfies Rows;

const ofPackage = 'What a package of Windows does with it.';
const ofSchannel = 'What Schannel does with it.';

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secbuffer */
export const buffers = {
  SECBUFFER_EMPTY: { number: 0 },
  SECBUFFER_DATA: { number: 1 },
  SECBUFFER_TOKEN: { number: 2 },
  SECBUFFER_PKG_PARAMS: { number: 3, onWindows: ofPackage },
  SECBUFFER_MISSING: { number: 4 },
  SECBUFFER_EXTRA: { number: 5 },
  SECBUFFER_STREAM_TRAILER: { number: 6 },
  SECBUFFER_STREAM_HEADER: { number: 7 },
  SECBUFFER_NEGOTIATION_INFO: { number: 8, onWindows: ofPackage },
  SECBUFFER_PADDING: { number: 9 },
  SECBUFFER_STREAM: { number: 10 },
  SECBUFFER_MECHLIST: { number: 11, onWindows: ofPackage },
  SECBUFFER_MECHLIST_SIGNATURE: { number: 12, onWindows: ofPackage },
  SECBUFFER_TARGET: { number: 13, onWindows: ofPackage },
  SECBUFFER_CHANNEL_BINDINGS: { number: 14 },
  SECBUFFER_CHANGE_PASS_RESPONSE: { number: 15, onWindows: ofPackage },
  SECBUFFER_TARGET_HOST: { number: 16, onWindows: ofPackage },
  SECBUFFER_ALERT: { number: 17, onWindows: ofSchannel },
  SECBUFFER_APPLICATION_PROTOCOLS: { number: 18, onWindows: ofSchannel },
  SECBUFFER_SRTP_PROTECTION_PROFILES: { number: 19, onWindows: ofSchannel },
  SECBUFFER_SRTP_MASTER_KEY_IDENTIFIER: { number: 20, onWindows: ofSchannel },
  SECBUFFER_TOKEN_BINDING: { number: 21, onWindows: ofSchannel },
  SECBUFFER_PRESHARED_KEY: { number: 22, onWindows: ofSchannel },
  SECBUFFER_PRESHARED_KEY_IDENTITY: { number: 23, onWindows: ofSchannel },
  SECBUFFER_DTLS_MTU: { number: 24, onWindows: ofSchannel },
  SECBUFFER_SEND_GENERIC_TLS_EXTENSION: { number: 25, onWindows: ofSchannel },
  SECBUFFER_SUBSCRIBE_GENERIC_TLS_EXTENSION: { number: 26, onWindows: ofSchannel },
  SECBUFFER_FLAGS: { number: 27, onWindows: ofSchannel },
  SECBUFFER_TRAFFIC_SECRETS: { number: 28, onWindows: ofSchannel },
} as const satisfies Rows;

// `onWindows`: what only Windows can prove. Left out where Wine answers.
const notOfWine = "The answer of Windows's own packages: those of Wine have none.";

/** https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw */
export const attributes = {
  SECPKG_ATTR_SIZES: { number: 0 },
  SECPKG_ATTR_NAMES: { number: 1, onWindows: notOfWine },
  SECPKG_ATTR_LIFESPAN: { number: 2, onWindows: notOfWine },
  SECPKG_ATTR_DCE_INFO: { number: 3, onWindows: notOfWine },
  SECPKG_ATTR_STREAM_SIZES: { number: 4 },
  SECPKG_ATTR_KEY_INFO: { number: 5 },
  SECPKG_ATTR_AUTHORITY: { number: 6, onWindows: notOfWine },
  SECPKG_ATTR_PASSWORD_EXPIRY: { number: 8, onWindows: notOfWine },
  SECPKG_ATTR_SESSION_KEY: { number: 9, onWindows: notOfWine },
  SECPKG_ATTR_PACKAGE_INFO: { number: 10, onWindows: notOfWine },
  SECPKG_ATTR_NEGOTIATION_INFO: { number: 12 },
  SECPKG_ATTR_NATIVE_NAMES: { number: 13, onWindows: notOfWine },
  SECPKG_ATTR_FLAGS: { number: 14 },
  SECPKG_ATTR_TARGET_INFORMATION: { number: 17, onWindows: notOfWine },
  SECPKG_ATTR_ACCESS_TOKEN: { number: 18, onWindows: notOfWine },
  SECPKG_ATTR_UNIQUE_BINDINGS: { number: 25 },
  SECPKG_ATTR_ENDPOINT_BINDINGS: { number: 26 },
  SECPKG_ATTR_CLIENT_SPECIFIED_TARGET: { number: 27, onWindows: notOfWine },
  SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS: { number: 30, onWindows: notOfWine },
  SECPKG_ATTR_APPLICATION_PROTOCOL: { number: 35, onWindows: 'A protocol that ALPN agreed on.' },
  SECPKG_ATTR_REMOTE_CERT_CONTEXT: { number: 0x53 },
  SECPKG_ATTR_CONNECTION_INFO: { number: 0x5a },
  SECPKG_ATTR_APP_DATA: { number: 0x5e, onWindows: ofSchannel },
  SECPKG_ATTR_CIPHER_INFO: { number: 0x64 },
  SECPKG_ATTR_KEYING_MATERIAL_INFO: { number: 0x6a, onWindows: ofSchannel },
  SECPKG_ATTR_KEYING_MATERIAL: { number: 0x6b, onWindows: 'The material that Schannel derives.' },
} as const satisfies Rows;

const byScript = 'What makes a package of Windows return it.';

/** https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate */
export const statuses = {
  SEC_E_BUFFER_TOO_SMALL: { number: 0x80090321, onWindows: byScript },
  SEC_E_CONTEXT_EXPIRED: { number: 0x80090317, onWindows: byScript },
  SEC_E_CRYPTO_SYSTEM_INVALID: { number: 0x80090337, onWindows: byScript },
  SEC_E_INSUFFICIENT_MEMORY: { number: 0x80090300, onWindows: byScript },
  SEC_E_INVALID_HANDLE: { number: 0x80090301, onWindows: byScript },
  SEC_E_INVALID_TOKEN: { number: 0x80090308 },
  SEC_E_QOP_NOT_SUPPORTED: { number: 0x8009030a },
} as const satisfies Rows;

export type FunctionSubject = keyof typeof functions;
export type BufferSubject = keyof typeof buffers;
export type AttributeSubject = keyof typeof attributes;
export type StatusSubject = keyof typeof statuses;

export type Subject =
  | FunctionSubject
  | BufferSubject
  | AttributeSubject
  | StatusSubject
  | keyof typeof facts;

/** The attribute of a number. */
export function attributeOf(number: number): AttributeSubject {
  const names = Object.keys(attributes) as AttributeSubject[];
  const name = names.find((candidate) => attributes[candidate].number === number);
  if (name) return name;
  throw new Error(
    `No subject is the attribute ${number}: add it to test/harness/proofs/subjects.ts.`,
  );
}

/** Whether a status is one of the page's. */
export function isStatusSubject(code: string): code is StatusSubject {
  return code in statuses;
}

/** The parts of docs/proofs.md. */
export const groups: readonly { readonly title: string; readonly rows: Rows }[] = [
  { title: 'Functions of the SecurityFunctionTable', rows: functions },
  { title: 'Types of a SecBuffer', rows: buffers },
  { title: 'Attributes of a context', rows: attributes },
  { title: 'Statuses of EncryptMessage (Negotiate)', rows: statuses },
  { title: 'Facts', rows: facts },
];
