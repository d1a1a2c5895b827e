import { existsSync } from 'node:fs';
import { afterEach, expect } from 'vitest';
import type { SecBuffer } from 'winsspi';
import { handshake, newPair, type Pair, type PairOptions } from './handshake.js';

// The tests' own security provider (test/harness/provider): packages that behave as a test says, and
// that tell what was done with them. secur32 and the tests have the same DLL in the same process.

export type ProviderPackage =
  | 'TestKerberos'
  | 'TestNtlm'
  | 'TestStream'
  | 'TestScript'
  | 'TestNull'
  | 'TestNegotiate';

export type ProviderFunction =
  | 'AcquireCredentialsHandle'
  | 'AddCredentials'
  | 'QueryCredentialsAttributes'
  | 'SetCredentialsAttributes'
  | 'FreeCredentialsHandle'
  | 'InitializeSecurityContext'
  | 'AcceptSecurityContext'
  | 'CompleteAuthToken'
  | 'ApplyControlToken'
  | 'ExportSecurityContext'
  | 'ImportSecurityContext'
  | 'DeleteSecurityContext'
  | 'QueryContextAttributes'
  | 'SetContextAttributes'
  | 'QuerySecurityContextToken'
  | 'ImpersonateSecurityContext'
  | 'RevertSecurityContext'
  | 'EncryptMessage'
  | 'DecryptMessage'
  | 'MakeSignature'
  | 'VerifySignature'
  | 'ChangeAccountPassword'
  | 'LsaLookupSids2';

/** What behave() knows. Where nothing else is said, 1 is on and 0 is off. */
export type Behaviour =
  /** The steps end in SEC_I_COMPLETE_NEEDED and SEC_I_COMPLETE_AND_CONTINUE. */
  | 'complete'
  /** How many tokens a handshake of TestScript or TestStream has, both sides together. */
  | 'tokens'
  /** Tokens are filled up with zeros to this length. */
  | 'tokenLength'
  /** How many steps still fail with SEC_E_BUFFER_TOO_SMALL, and the length that they ask for. */
  | 'tooSmall'
  | 'wanted'
  /** Another status in place of SEC_E_BUFFER_TOO_SMALL. */
  | 'tooSmallStatus'
  /**
   * A step that fails leaves a token for the peer: 1 where the caller asked for it (*_EXTENDED_ERROR),
   * 2 always.
   */
  | 'errorToken'
  /** What a client of TestNegotiate chooses: 0 Kerberos, 1 NTLM, 2 NTLM without SPNEGO around it. */
  | 'mechanism'
  /**
   * Whose access tokens are handed out: 1 ANONYMOUS LOGON, 2 the Guest of this machine, 3 a member of
   * the domain's guests, 4 a user with as many groups as "groups" says, 5 another user for each session.
   * For the addons that are loaded when it is set.
   */
  | 'client'
  | 'groups'
  /**
   * The LSA answers with names of its own, in place of those of Windows: 1 of every account, 2 of every
   * second one, 3 of none. It is: 4 refused. It succeeds with: 5 no list of names, 6 no list of
   * domains, 7 a domain that is not in the list. It has: 8 an unknown status. For the addons that are
   * loaded when it is set.
   */
  | 'lsa'
  /** Output buffers keep the length that they came with. */
  | 'fullOutput'
  /** A step does not write its output buffer, its attributes, its expiry. */
  | 'unwrittenOutput'
  | 'unwrittenFlags'
  | 'unwrittenExpiry'
  /** A step leaves its thread acting as the client. */
  | 'staysClient'
  /**
   * What is given in place of an access token, with SEC_E_OK: 1 null, 2 INVALID_HANDLE_VALUE, 3 the
   * pseudo handle of the process's token, 4 an event, 5 a handle that is closed.
   */
  | 'noToken'
  /** ImpersonateSecurityContext leaves its thread acting as the client, also where it fails. */
  | 'impersonatesAndFails'
  /** RevertSecurityContext closes the handles of access tokens that its caller has. */
  | 'closesTokens'
  /** Every step after the first gives the context another handle. */
  | 'newHandle'
  /** What a step grants, in place of what was asked for. */
  | 'flags'
  /** A kind of "never". The numbers of this and of the others are in misbehaviours.ts. */
  | 'expiry'
  /** Where a step's token lies. */
  | 'outsideStep'
  /** Where a message's buffer lies, and the type of that buffer: DATA where nothing is said. */
  | 'outside'
  | 'outsideType'
  /** DecryptMessage and VerifySignature write into the TOKEN or the start of the STREAM that they read. */
  | 'overwritesToken'
  /** The TOKEN that a message is left with is its DATA. */
  | 'overlap'
  /** The type of the next records of TestStream: 0x15 alert, 0x16 handshake. */
  | 'recordType'
  /** A step of TestStream says that so many bytes more than the input has were not taken. */
  | 'extraBeyond'
  /** The step after SCHANNEL_SHUTDOWN gives its token beside SEC_I_CONTEXT_EXPIRED. */
  | 'shutdownExpired'
  /** The step after SEC_I_RENEGOTIATE gives a token. */
  | 'renegotiationToken'
  /** ExportSecurityContext hands out an access token too, which the caller closes. */
  | 'exportToken'
  | 'negotiationState'
  /** Attributes, and an exported context, come without what they point to. */
  | 'nullPointers'
  /** Secrets and an exported context have no bytes. */
  | 'emptySecrets'
  /** ExportSecurityContext fails, and leaves a length and a pointer to memory that is not there. */
  | 'exportFails'
  /**
   * What is left in descriptors of buffers: 1 a count of 0x7FFFFFFF, 2 a count of 0, 3 an array that
   * is not there.
   */
  | 'descriptor'
  /** TestKerberos and TestNtlm are called Kerberos and NTLM in PACKAGE_INFO and NEGOTIATION_INFO. */
  | 'windowsNames'
  /** The attribute names: 1 another one for each client, CORP\\user- and the session's key, 2 empty. */
  | 'ownNames'
  /** The numbers in these attributes. */
  | 'authorizationService'
  | 'lastClientTokenStatus'
  | 'applicationProtocolStatus'
  | 'applicationProtocolExtension'
  /** How channel bindings leave their memory. */
  | 'bindings'
  /** The names in CIPHER_INFO fill their room, and no zero ends them. */
  | 'unendedNames'
  /** The attribute SESSION_KEY has 64 bytes that are nowhere else. */
  | 'uniqueSessionKey';

export interface RecordedBuffer {
  readonly type: number;
  readonly length: number;
  /** Of input buffers of a step, of tokens that are applied, of a context that is imported. */
  readonly bytes: Buffer;
}

export interface Call {
  readonly function: ProviderFunction;
  /** The Windows number of the thread. */
  readonly thread: number;
  /** Whether the thread acted as somebody else when the call began. */
  readonly impersonating: boolean;
  /** The number in the handle that was passed; 0: there was none. */
  readonly handle: number;
  /** Absent while the call runs. */
  readonly status?: number;
  readonly buffers: readonly RecordedBuffer[];
  /**
   * What is recorded beside it for some functions: flags, target, qop, user, … Bytes are Buffers, and
   * yes and no are 1 and 0.
   */
  readonly [detail: string]: unknown;
}

export interface Counters {
  readonly credentials: number;
  readonly contexts: number;
  /** Memory that was not given back with FreeContextBuffer. */
  readonly buffers: number;
  /** Access tokens that were handed out and not closed. */
  readonly tokens: number;
  /** Certificates that were not freed, which later frees do not change: ask when all is done. */
  readonly certificates: number;
  /** Uses of handles that are not alive, and closes of handles that are not the caller's. */
  readonly errors: readonly string[];
}

export interface Provider {
  /** Forgets the script, the calls, and what is alive. */
  reset(): void;
  /** One call of the function, the next that has none yet, returns the status and does nothing. */
  fail(name: ProviderFunction, status: number): void;
  delay(name: ProviderFunction, milliseconds: number): void;
  /** Calls of the function wait for release(). Not for functions that run on this thread. */
  hold(name: ProviderFunction): void;
  release(name: ProviderFunction): void;
  behave(name: Behaviour, value: number): void;
  calls(): Call[];
  forgetCalls(): void;
  counters(): Counters;
  /** How often bytes are in the memory of this process. Pass each XORed with 0x5a. */
  copies(masked: Uint8Array): number;
  /** The Windows number of the calling thread. */
  thread(): number;
  /** The Windows numbers of the threads that this process has. */
  threads(): number[];
  /** Makes CreateThread fail this many times for the addon, with ERROR_NOT_ENOUGH_MEMORY. */
  failThreads(count: number): void;
  /** Whether the calling thread acts as somebody else. */
  impersonating(): boolean;
  /** The number of the token that the calling thread acts with; 0: it acts as the process. */
  threadToken(): number;
  /** Hands out memory that nobody frees. */
  leak(): void;
}

export const providerPath = 'C:\\windows\\system32\\winsspi_provider.dll';

/** The provider is installed in the lab. Elsewhere its tests are skipped. */
export const providerInstalled = existsSync(providerPath);

export const provider: Provider = providerInstalled ? loadProvider() : ({} as Provider);

function loadProvider(): Provider {
  const module = { exports: {} };
  process.dlopen(module, providerPath);
  return module.exports as Provider;
}

/** The calls of one function, or of several. */
export function callsOf(...names: ProviderFunction[]): Call[] {
  return provider.calls().filter((call) => names.includes(call.function));
}

/** Waits until a function has been called as often as that. */
export async function untilCalled(name: ProviderFunction, times = 1): Promise<Call> {
  for (;;) {
    const call = callsOf(name)[times - 1];
    if (call) return call;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until the calls that nobody waits for have returned, and what they held is released. */
export async function untilNothingIsAlive(): Promise<void> {
  for (;;) {
    const { credentials, contexts, buffers, tokens } = provider.counters();
    const returned = () => provider.calls().every(({ status }) => status !== undefined);
    if (credentials + contexts + buffers + tokens === 0 && returned()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until so many are left of the threads that made calls. */
export async function untilThreadsEnd(calls: readonly Call[], left = 0): Promise<void> {
  const threads = new Set(calls.map(({ thread }) => thread));
  while (provider.threads().filter((thread) => threads.has(thread)).length > left) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until a call of a function has ended. */
export async function untilReturned(name: ProviderFunction, times = 1): Promise<Call> {
  for (;;) {
    const call = callsOf(name)[times - 1];
    if (call?.status !== undefined) return call;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const nothing: Counters = {
  credentials: 0,
  contexts: 0,
  buffers: 0,
  tokens: 0,
  certificates: 0,
  errors: [],
};

/** After each test of the file: nothing is alive, and no dead handle was used. */
export function checkProviderAfterEach(): void {
  afterEach(() => {
    const counters = provider.counters();
    provider.reset();
    expect(counters).toEqual(nothing);
  });
}

export interface ProviderPair extends Pair, Disposable {}

/** A client and a server of one package that have not met yet. Disposing closes both. */
export async function newProviderPair(
  packageName: ProviderPackage,
  options: PairOptions = {},
): Promise<ProviderPair> {
  // Stream packages take no identity.
  const identity = packageName === 'TestStream' ? { identity: null } : {};
  const pair = await newPair({ ...identity, ...options, package: packageName });
  return {
    ...pair,
    [Symbol.dispose]() {
      pair.client.close();
      pair.server.close();
    },
  };
}

/** The same, with the handshake done. */
export async function providerPair(
  packageName: ProviderPackage,
  options: PairOptions = {},
): Promise<ProviderPair> {
  const pair = await newProviderPair(packageName, options);
  await handshake(pair.client, pair.server);
  return pair;
}

/** A buffer that surely is there. */
export function bufferAt(buffers: readonly SecBuffer[], index: number): SecBuffer {
  const buffer = buffers[index];
  if (!buffer) throw new Error(`There is no buffer ${index}.`);
  return buffer;
}

/** The bytes of a buffer that surely has some. */
export function dataAt(buffers: readonly SecBuffer[], index: number): Buffer {
  const { data } = bufferAt(buffers, index);
  if (!data) throw new Error(`Buffer ${index} has no memory.`);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
