import type { NativeAccount } from './binding.js';

/** An account or a group of Windows. */
export interface Account {
  /** The security identifier, such as `S-1-5-32-545`. */
  readonly sid: string;
  /** Absent where no one could tell. */
  readonly name: string | undefined;
  readonly domain: string | undefined;
}

/** Converts what the addon returns. */
export function toAccount({ sid, name, domain }: NativeAccount): Account {
  return { sid, name, domain };
}
