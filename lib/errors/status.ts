import { type StatusEntry, statuses } from './status-table.js';

/** The only success that needs nothing more. */
export const SEC_E_OK = 0;
/** The session is over. */
export const SEC_I_CONTEXT_EXPIRED = 0x00090317;
/** The peer asks for more steps. */
export const SEC_I_RENEGOTIATE = 0x00090321;

let byStatus: ReadonlyMap<number, StatusEntry> | undefined;

function table(): ReadonlyMap<number, StatusEntry> {
  byStatus ??= new Map(statuses().map((entry) => [entry.status, entry]));
  return byStatus;
}

/** The entry of a SECURITY_STATUS, given signed (as C has it) or unsigned. */
export function lookUpStatus(status: number): StatusEntry | undefined {
  return table().get(status >>> 0);
}

/** The name of a status; its number in hexadecimal where the name is not known. */
export function statusName(status: number): string {
  return lookUpStatus(status)?.name ?? statusNumber(status);
}

/** The number as Windows programs write it: `0x8009030F`. */
export function statusNumber(status: number): string {
  return `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}
