import {
  getBinding,
  isFailure,
  type NativeCredentialsRequest,
  type NativeIdentityRequest,
  type NativePackage,
} from '../addon/binding.js';
import type { CallOptions } from '../addon/calls.js';
import { createError } from '../errors/usage-error.js';
import { type CredentialsUse, credentialsUses } from '../flag-bits.js';
import {
  boolean,
  type Constant,
  constant,
  type Description,
  name,
  optional,
  type Reader,
  readOptions,
  signal,
} from '../options.js';
import { copyIdentity, type IdentityOptions, identity } from './identity.js';

/** What a client's own credentials can be acquired with. */
export interface ClientCredentialsOptions extends CallOptions {
  /** The security package. Default: `Negotiate`. */
  package?: string | undefined;
  /** For clients, servers or both, as a word or as SECPKG_CRED_*. Default: `outbound`. */
  use?: Constant<typeof credentialsUses> | undefined;
  /** The principal's name, for packages that take one. */
  principal?: string | undefined;
  /** What Negotiate may choose: names with commas between them, `!` before one that it may not. */
  packageList?: string | undefined;
  /** Whether Negotiate may choose NTLM. false is the packageList `!ntlm`. Default: true. */
  ntlm?: boolean | undefined;
}

export interface CredentialsOptions extends ClientCredentialsOptions {
  /** Absent: the logged-on user. */
  identity?: IdentityOptions | undefined;
}

/** What AddCredentials takes. The use, where none is given, is that of the credentials. */
export interface AddedCredentialsOptions extends CredentialsOptions {
  /** The security package, which has to be named. */
  package: string;
}

/** A request for credentials, read and checked. */
export interface CredentialsRequest {
  readonly native: NativeCredentialsRequest;
  readonly use: CredentialsUse;
  readonly signal: AbortSignal | undefined;
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
const use: Reader<CredentialsUse> = constant(credentialsUses);

const clientOptions = {
  package: optional(name, 'Negotiate'),
  use: optional(use, 'outbound'),
  principal: optional(name),
  packageList: optional(name),
  ntlm: optional(boolean, true),
  signal,
} satisfies Description<ClientCredentialsOptions>;

const acquireOptions = {
  ...clientOptions,
  identity: optional(identity),
} satisfies Description<CredentialsOptions>;

const addOptions = {
  ...acquireOptions,
  package: name,
  use: optional(use),
} satisfies Description<AddedCredentialsOptions>;

/** Reads the options of Credentials.acquire(). */
export function readAcquire(options: CredentialsOptions): CredentialsRequest {
  return createRequest(readOptions(options, 'options', acquireOptions));
}

/** Reads the options of serverContext.acquireCredentials(). */
export function readAcquireAsClient(options: ClientCredentialsOptions): CredentialsRequest {
  const settings = readOptions(options, 'options', clientOptions);
  return createRequest({ ...settings, identity: undefined });
}

/** Reads the options of credentials.add(). */
export function readAdd(
  options: AddedCredentialsOptions,
  defaultUse: CredentialsUse,
): CredentialsRequest {
  const settings = readOptions(options, 'options', addOptions);
  return createRequest({ ...settings, use: settings.use ?? defaultUse });
}

interface Settings {
  readonly package: string;
  readonly use: CredentialsUse;
  readonly principal: string | undefined;
  readonly packageList: string | undefined;
  readonly ntlm: boolean;
  readonly identity: NativeIdentityRequest | undefined;
  readonly signal: AbortSignal | undefined;
}

function createRequest({ ntlm, signal, ...settings }: Settings): CredentialsRequest {
  if (settings.identity !== undefined) assertTakes('identity', settings.package);
  if (settings.packageList !== undefined) assertTakes('packageList', settings.package);
  if (!ntlm) assertMayExcludeNtlm(settings);
  const native = {
    ...settings,
    use: credentialsUses[settings.use],
    identity: settings.identity && copyIdentity(settings.identity),
    packageList: ntlm ? settings.packageList : '!ntlm',
  };
  return { native, use: settings.use, signal };
}

const SECPKG_FLAG_STREAM = 0x400;

// Schannel and CredSSP, which are stream packages, read other structures there.
function assertTakes(option: 'identity' | 'packageList', packageName: string): void {
  const info = findPackage(packageName);
  if (!info || (info.capabilities & SECPKG_FLAG_STREAM) === 0) return;
  const reason = `is not for ${packageName}: stream packages take other structures`;
  throw createError('ERR_INVALID_ARG_VALUE', `options.${option}`, reason);
}

// The DCE identifier of Negotiate: https://learn.microsoft.com/windows/win32/rpc/authentication-service-constants
const RPC_C_AUTHN_GSS_NEGOTIATE = 9;

function assertMayExcludeNtlm({
  package: packageName,
  packageList,
}: Omit<Settings, 'ntlm' | 'signal'>): void {
  if (packageList !== undefined) {
    const reason = "must not be false beside packageList: write '!ntlm' into the list";
    throw createError('ERR_INVALID_ARG_VALUE', 'options.ntlm', reason);
  }
  const info = findPackage(packageName);
  if (!info || info.rpcId === RPC_C_AUTHN_GSS_NEGOTIATE) return;
  const reason = `must not be false for ${packageName}: only Negotiate chooses a package`;
  throw createError('ERR_INVALID_ARG_VALUE', 'options.ntlm', reason);
}

// Absent: the call for the credentials then fails with the reason.
function findPackage(name: string): NativePackage | undefined {
  const info = getBinding().querySecurityPackage(name);
  return isFailure(info) ? undefined : info;
}
