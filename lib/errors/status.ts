import { type Hint, hints, type Kind } from './hints.js';
import { type StatusEntry, type StatusName, statuses } from './status-table.js';

/** The only success that needs nothing more. */
export const SEC_E_OK = 0;
/** The session is over. */
export const SEC_I_CONTEXT_EXPIRED = 0x00090317;
/** The peer asks for more steps. */
export const SEC_I_RENEGOTIATE = 0x00090321;

let byStatus: ReadonlyMap<number, StatusEntry> | undefined;

/** Looks up a SECURITY_STATUS, given signed (as C has it) or unsigned. */
export function lookUpStatus(status: number): StatusEntry | undefined {
  byStatus ??= new Map(statuses().map((entry) => [entry.status, entry]));
  return byStatus.get(status >>> 0);
}

/** Returns the name of a status; its number in hexadecimal where the name is not known. */
export function statusName(status: number): string {
  return lookUpStatus(status)?.name ?? statusNumber(status);
}

/** Writes the number as Windows programs do: `0x8009030F`. */
export function statusNumber(status: number): string {
  return `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

const kinds: Readonly<Record<string, Kind>> = {
  InitializeSecurityContext: 'step',
  AcceptSecurityContext: 'step',
  CompleteAuthToken: 'step',
  EncryptMessage: 'encrypt',
  DecryptMessage: 'encrypt',
  MakeSignature: 'sign',
  VerifySignature: 'sign',
  QueryContextAttributes: 'attribute',
  SetContextAttributes: 'attribute',
  QueryCredentialsAttributes: 'attribute',
  SetCredentialsAttributes: 'attribute',
};

let byName: { readonly [Name in StatusName]?: Hint } | undefined;

/** Finds what to check or do about a status that a function returned. */
export function findHint(name: StatusName, syscall: string): string | undefined {
  byName ??= hints();
  const hint = byName[name];
  if (typeof hint !== 'object') return hint;
  const kind = kinds[syscall];
  return (kind && hint[kind]) ?? hint.otherwise;
}
