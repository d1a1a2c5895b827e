import { type Account, accountOf } from './addon/account.js';
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

/** What an account is: SID_NAME_USE; its number where Windows has a newer one. */
export type AccountType = Exclude<(typeof types)[number], undefined> | number;

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
 * The account of a security identifier, off the JavaScript thread: may wait for a domain controller.
 * Rejects with AccountNotFoundError where nobody knows it.
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw
 */
export async function lookupAccountSid(
  sid: string,
  options: CallOptions = {},
): Promise<FoundAccount> {
  validateSid(sid);
  assertNotImpersonating('lookupAccountSid()');
  const found = await callOnThread<NativeAccount>(
    (settle) => getBinding().lookupAccountSid(sid, settle),
    validSignal(options),
  );
  return foundAccount(resultOf(found));
}

/**
 * The account of a name, such as `DOMAIN\\user` or `user@domain`, off the JavaScript thread: may wait
 * for a domain controller. Rejects with AccountNotFoundError where nobody knows it.
 *
 * https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountnamew
 */
export async function lookupAccountName(
  name: string,
  options: CallOptions = {},
): Promise<FoundAccount> {
  validateName(name, 'name');
  assertNotImpersonating('lookupAccountName()');
  const found = await callOnThread<NativeAccount>(
    (settle) => getBinding().lookupAccountName(name, settle),
    validSignal(options),
  );
  return foundAccount(resultOf(found));
}

/**
 * A name of the directory in another form, off the JavaScript thread: asks a domain controller.
 * Rejects with AccountNotFoundError where nobody knows it.
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

function foundAccount(account: NativeAccount): FoundAccount {
  return { ...accountOf(account), type: types[account.type] ?? account.type };
}
