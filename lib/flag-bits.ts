// https://learn.microsoft.com/windows/win32/secauthn/context-requirements

export const ISC_REQ_DELEGATE = 0x00000001;
export const ISC_REQ_MUTUAL_AUTH = 0x00000002;
export const ISC_REQ_REPLAY_DETECT = 0x00000004;
export const ISC_REQ_SEQUENCE_DETECT = 0x00000008;
export const ISC_REQ_CONFIDENTIALITY = 0x00000010;
export const ISC_REQ_USE_SESSION_KEY = 0x00000020;
export const ISC_REQ_PROMPT_FOR_CREDS = 0x00000040;
export const ISC_REQ_USE_SUPPLIED_CREDS = 0x00000080;
export const ISC_REQ_ALLOCATE_MEMORY = 0x00000100;
export const ISC_REQ_USE_DCE_STYLE = 0x00000200;
export const ISC_REQ_DATAGRAM = 0x00000400;
export const ISC_REQ_CONNECTION = 0x00000800;
export const ISC_REQ_CALL_LEVEL = 0x00001000;
export const ISC_REQ_FRAGMENT_SUPPLIED = 0x00002000;
export const ISC_REQ_EXTENDED_ERROR = 0x00004000;
export const ISC_REQ_STREAM = 0x00008000;
export const ISC_REQ_INTEGRITY = 0x00010000;
export const ISC_REQ_IDENTIFY = 0x00020000;
export const ISC_REQ_NULL_SESSION = 0x00040000;
export const ISC_REQ_MANUAL_CRED_VALIDATION = 0x00080000;
export const ISC_REQ_FRAGMENT_TO_FIT = 0x00200000;
export const ISC_REQ_FORWARD_CREDENTIALS = 0x00400000;
export const ISC_REQ_NO_INTEGRITY = 0x00800000;
export const ISC_REQ_USE_HTTP_STYLE = 0x01000000;
export const ISC_REQ_UNVERIFIED_TARGET_NAME = 0x20000000;
export const ISC_REQ_CONFIDENTIALITY_ONLY = 0x40000000;

export const ASC_REQ_DELEGATE = 0x00000001;
export const ASC_REQ_MUTUAL_AUTH = 0x00000002;
export const ASC_REQ_REPLAY_DETECT = 0x00000004;
export const ASC_REQ_SEQUENCE_DETECT = 0x00000008;
export const ASC_REQ_CONFIDENTIALITY = 0x00000010;
export const ASC_REQ_USE_SESSION_KEY = 0x00000020;
export const ASC_REQ_SESSION_TICKET = 0x00000040;
export const ASC_REQ_ALLOCATE_MEMORY = 0x00000100;
export const ASC_REQ_USE_DCE_STYLE = 0x00000200;
export const ASC_REQ_DATAGRAM = 0x00000400;
export const ASC_REQ_CONNECTION = 0x00000800;
export const ASC_REQ_CALL_LEVEL = 0x00001000;
export const ASC_REQ_FRAGMENT_SUPPLIED = 0x00002000;
export const ASC_REQ_EXTENDED_ERROR = 0x00008000;
export const ASC_REQ_STREAM = 0x00010000;
export const ASC_REQ_INTEGRITY = 0x00020000;
export const ASC_REQ_LICENSING = 0x00040000;
export const ASC_REQ_IDENTIFY = 0x00080000;
export const ASC_REQ_ALLOW_NULL_SESSION = 0x00100000;
export const ASC_REQ_ALLOW_NON_USER_LOGONS = 0x00200000;
export const ASC_REQ_ALLOW_CONTEXT_REPLAY = 0x00400000;
export const ASC_REQ_FRAGMENT_TO_FIT = 0x00800000;
export const ASC_REQ_NO_TOKEN = 0x01000000;
export const ASC_REQ_PROXY_BINDINGS = 0x04000000;
export const ASC_REQ_ALLOW_MISSING_BINDINGS = 0x10000000;

// The words of the options, and their bits. InitializeSecurityContext and AcceptSecurityContext
// number theirs differently. What is granted (ISC_RET_*, ASC_RET_*) has the numbers of what is asked
// for, except the words of requestOnly.

const clientBits = {
  /** The server may log on elsewhere as the client. Kerberos only. */
  delegate: ISC_REQ_DELEGATE,
  /** The server proves its identity too. Kerberos, not NTLM. Requested by default. */
  mutualAuthentication: ISC_REQ_MUTUAL_AUTH,
  /** A repeated message is detected. Requested by default. */
  replayDetect: ISC_REQ_REPLAY_DETECT,
  /** A message out of order is detected. Requested by default. */
  sequenceDetect: ISC_REQ_SEQUENCE_DETECT,
  /** Messages can be encrypted. Requested by default. */
  confidentiality: ISC_REQ_CONFIDENTIALITY,
  /** Messages can be signed. Requested by default. */
  integrity: ISC_REQ_INTEGRITY,
  /** A new session key is negotiated. Kerberos only. */
  useSessionKey: ISC_REQ_USE_SESSION_KEY,
  /** Schannel: a server that asks for a certificate gets none but that of the credentials. */
  useSuppliedCredentials: ISC_REQ_USE_SUPPLIED_CREDS,
  /** The handshake and the messages have the form of DCE RPC. */
  dceStyle: ISC_REQ_USE_DCE_STYLE,
  /** Messages are datagrams. */
  datagram: ISC_REQ_DATAGRAM,
  /** Messages are those of a connection. */
  connection: ISC_REQ_CONNECTION,
  /** A step that fails can leave a token that reports it to the peer. */
  extendedError: ISC_REQ_EXTENDED_ERROR,
  /** Messages are a stream: Schannel needs it. */
  stream: ISC_REQ_STREAM,
  /** The server may learn who the client is, and not act as the client. */
  identify: ISC_REQ_IDENTIFY,
  /** The client logs on as ANONYMOUS LOGON. */
  nullSession: ISC_REQ_NULL_SESSION,
  /** Schannel: Windows does not check the certificate of the server. */
  manualCredentialValidation: ISC_REQ_MANUAL_CRED_VALIDATION,
  /** The credentials are forwarded to the server. */
  forwardCredentials: ISC_REQ_FORWARD_CREDENTIALS,
  /** Messages are not signed: integrity is ignored. Windows does not report whether it was granted. */
  noIntegrity: ISC_REQ_NO_INTEGRITY,
  /** The handshake is that of HTTP. */
  httpStyle: ISC_REQ_USE_HTTP_STYLE,
  /** The target name comes from a source that is not trusted. Not reported either. */
  unverifiedTargetName: ISC_REQ_UNVERIFIED_TARGET_NAME,
  /** Messages are encrypted, and not signed. */
  confidentialityOnly: ISC_REQ_CONFIDENTIALITY_ONLY,
} as const;

const serverBits = {
  /** The client may delegate: the server then logs on elsewhere as the client. Kerberos only. */
  delegate: ASC_REQ_DELEGATE,
  /** The server proves its identity too. Requested by default. */
  mutualAuthentication: ASC_REQ_MUTUAL_AUTH,
  /** A repeated message is detected. Requested by default. */
  replayDetect: ASC_REQ_REPLAY_DETECT,
  /** A message out of order is detected. Requested by default. */
  sequenceDetect: ASC_REQ_SEQUENCE_DETECT,
  /** Messages can be encrypted. Requested by default. */
  confidentiality: ASC_REQ_CONFIDENTIALITY,
  /** Messages can be signed. Requested by default. */
  integrity: ASC_REQ_INTEGRITY,
  /** A new session key is negotiated. Kerberos only. */
  useSessionKey: ASC_REQ_USE_SESSION_KEY,
  /** The handshake and the messages have the form of DCE RPC. */
  dceStyle: ASC_REQ_USE_DCE_STYLE,
  /** Messages are datagrams. */
  datagram: ASC_REQ_DATAGRAM,
  /** Messages are those of a connection. */
  connection: ASC_REQ_CONNECTION,
  /** A step that fails can leave a token that reports it to the peer. */
  extendedError: ASC_REQ_EXTENDED_ERROR,
  /** Messages are a stream: Schannel needs it. */
  stream: ASC_REQ_STREAM,
  /** The server learns who the client is, and does not act as the client. */
  identify: ASC_REQ_IDENTIFY,
  /** The client may log on as ANONYMOUS LOGON. */
  nullSession: ASC_REQ_ALLOW_NULL_SESSION,
  /** Schannel: the client gets a session ticket, with which it resumes. */
  sessionTicket: ASC_REQ_SESSION_TICKET,
  /** Logons of other accounts than users' are accepted. */
  allowNonUserLogons: ASC_REQ_ALLOW_NON_USER_LOGONS,
  /** A context may be replayed. */
  allowContextReplay: ASC_REQ_ALLOW_CONTEXT_REPLAY,
  /** No access token of the client is made. */
  noToken: ASC_REQ_NO_TOKEN,
  /** A proxy ends TLS before this server. Windows does not report whether it was granted. */
  proxyBindings: ASC_REQ_PROXY_BINDINGS,
  /** A client without channel bindings is accepted. Not reported either. */
  allowMissingBindings: ASC_REQ_ALLOW_MISSING_BINDINGS,
} as const;

/** The bits of the words of each side. */
export const flagBits: Readonly<Record<ContextRole, Readonly<Record<string, number>>>> = {
  client: clientBits,
  server: serverBits,
};

export type ContextRole = 'client' | 'server';

/** A word for a property that a client asks for: one bit of ISC_REQ_*. */
export type ClientContextFlag = keyof typeof clientBits;

/** A word for a property that a server asks for: one bit of ASC_REQ_*. */
export type ServerContextFlag = keyof typeof serverBits;

/** What a client asks for. A word that is absent or undefined has its default. */
export type ClientContextFlags = {
  readonly [Flag in keyof typeof clientBits]?: boolean | undefined;
};

/** What a server asks for. A word that is absent or undefined has its default. */
export type ServerContextFlags = {
  readonly [Flag in keyof typeof serverBits]?: boolean | undefined;
};

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew

export const SECPKG_CRED_INBOUND = 1;
export const SECPKG_CRED_OUTBOUND = 2;
export const SECPKG_CRED_BOTH = 3;

/** The numbers of what credentials are for. */
export const credentialsUses = {
  outbound: SECPKG_CRED_OUTBOUND,
  inbound: SECPKG_CRED_INBOUND,
  both: SECPKG_CRED_BOTH,
} as const;

/** What credentials are for: clients, servers, or both. */
export type CredentialsUse = keyof typeof credentialsUses;
