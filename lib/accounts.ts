import { type Account, toAccount } from './addon/account.js';
import { getBinding, type NativeAccount, resultOf } from './addon/binding.js';
import { type CallOptions, callOnThread, validSignal } from './addon/calls.js';
import { assertNotImpersonating } from './addon/impersonation.js';
import { signal as abortSignal, choice, type Description, readOptions } from './options.js';
import { validateName, validateSid } from './validate.js';

// https://learn.microsoft.com/windows/win32/api/winnt/ne-winnt-sid_name_use
const types = [
  undefined,
  'user',
  'group',
  'domain',
  'alias',
  'wellKnownGroup',
  'deletedAccount',
  'invalid',
  'unknown',
  'computer',
  'label',
  'logonSession',
] as const;

/** The kind of an account: SID_NAME_USE, as a number where Windows has a newer one. */
export type AccountType = Exclude<(typeof types)[number], undefined> | number;

/** An account that was looked up. */
export interface FoundAccount extends Account {
  readonly type: AccountType;
}

// https://learn.microsoft.com/windows/win32/api/secext/ne-secext-extended_name_format
const nameFormats = {
  unknown: 0,
  fullyQualifiedDN: 1,
  samCompatible: 2,
  display: 3,
  uniqueId: 6,
  canonical: 7,
  userPrincipal: 8,
  canonicalEx: 9,
  servicePrincipal: 10,
  dnsDomain: 12,
} as const;

/** How a name is written: EXTENDED_NAME_FORMAT. */
export type NameFormat = keyof typeof nameFormats;

export interface TranslateNameOptions extends CallOptions {
  /** How the name is written. */
  from: NameFormat;
  /** How to write it. */
  to: Exclude<NameFormat, 'unknown'>;
}

const formats = Object.keys(nameFormats) as NameFormat[];

const translateNameOptions = {
  from: choice(formats),
  to: choice(formats.filter((format) => format !== 'unknown')),
  signal: abortSignal,
} satisfies Description<TranslateNameOptions>;

/**
 * Finds the account of a security identifier. Runs off the JavaScript thread, and may wait for a domain
 * controller.
 *
 * @param sid The identifier as text: `S-1-5-32-544`.
 * @param options `signal` aborts the call.
 * @returns The account, with its name and domain.
 * @throws {AccountNotFoundError} No account has the identifier.
 * @throws {SspiError} Windows could not look it up.
 * @throws The reason of the signal; ERR_SSPI_OVERLOADED; ERR_SSPI_IMPERSONATING.
 *
 * @example
 * const { domain, name } = await lookupAccountSid('S-1-5-32-544'); // BUILTIN, Administrators
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw
 */
export async function lookupAccountSid(
  sid: string,
  options: CallOptions = {},
): Promise<FoundAccount> {
  validateSid(sid);
  const signal = validSignal(options);
  assertNotImpersonating('lookupAccountSid()');
  const found = await callOnThread<NativeAccount>(
    (settle) => getBinding().lookupAccountSid(sid, settle),
    signal,
  );
  return convertAccount(resultOf(found));
}

/**
 * Finds the account of a name. Runs off the JavaScript thread, and may wait for a domain controller.
 *
 * @param name `DOMAIN\\user`, `user@domain`, or a name alone, which Windows seeks on this machine first.
 * @param options `signal` aborts the call.
 * @returns The account, with its security identifier.
 * @throws {AccountNotFoundError} No account has the name.
 * @throws {SspiError} Windows could not look it up.
 * @throws The reason of the signal; ERR_SSPI_OVERLOADED; ERR_SSPI_IMPERSONATING.
 *
 * @example
 * const { sid, type } = await lookupAccountName('CORP\\alice'); // S-1-5-21-…-1104, user
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountnamew
 */
export async function lookupAccountName(
  name: string,
  options: CallOptions = {},
): Promise<FoundAccount> {
  validateName(name, 'name');
  const signal = validSignal(options);
  assertNotImpersonating('lookupAccountName()');
  const found = await callOnThread<NativeAccount>(
    (settle) => getBinding().lookupAccountName(name, settle),
    signal,
  );
  return convertAccount(resultOf(found));
}

/**
 * Writes a name of the directory in another form. Runs off the JavaScript thread, and asks a domain
 * controller.
 *
 * @param name The name, in the form `from`.
 * @param options `from` and `to` are the forms; `signal` aborts the call.
 * @returns The name in the form `to`.
 * @throws {AccountNotFoundError} No account has the name.
 * @throws {NoAuthorityError} The domain does not exist, or could not be reached.
 * @throws {SspiError} Windows could not translate it.
 * @throws The reason of the signal; ERR_SSPI_OVERLOADED; ERR_SSPI_IMPERSONATING.
 *
 * @example
 * await translateName('CORP\\alice', { from: 'samCompatible', to: 'userPrincipal' }); // alice@corp.example
 *
 * https://learn.microsoft.com/windows/win32/api/secext/nf-secext-translatenamew
 */
export async function translateName(name: string, options: TranslateNameOptions): Promise<string> {
  validateName(name, 'name');
  const { from, to, signal } = readOptions(options, 'options', translateNameOptions);
  assertNotImpersonating('translateName()');
  const translated = await callOnThread<string>(
    (settle) => getBinding().translateName(name, nameFormats[from], nameFormats[to], settle),
    signal,
  );
  return resultOf(translated);
}

function convertAccount(account: NativeAccount): FoundAccount {
  return { ...toAccount(account), type: types[account.type] ?? account.type };
}
