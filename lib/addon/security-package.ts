import type { NativePackage } from './binding.js';

/**
 * A security package that is installed on this machine.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkginfow
 */
export interface SecurityPackage {
  readonly name: string;
  readonly comment: string;
  /** What it can do: the SECPKG_FLAG_* as words. */
  readonly capabilities: readonly string[];
  readonly version: number;
  /** The DCE identifier (RPC_C_AUTHN_*), or 65535 where it has none. */
  readonly rpcId: number;
  /** The largest token, in bytes. */
  readonly maxToken: number;
}

const capabilityBits = {
  integrity: 0x00000001,
  privacy: 0x00000002,
  tokenOnly: 0x00000004,
  datagram: 0x00000008,
  connection: 0x00000010,
  multiRequired: 0x00000020,
  clientOnly: 0x00000040,
  extendedError: 0x00000080,
  impersonation: 0x00000100,
  acceptWin32Name: 0x00000200,
  stream: 0x00000400,
  negotiable: 0x00000800,
  gssCompatible: 0x00001000,
  logon: 0x00002000,
  asciiBuffers: 0x00004000,
  fragment: 0x00008000,
  mutualAuthentication: 0x00010000,
  delegation: 0x00020000,
  readonlyWithChecksum: 0x00040000,
  restrictedTokens: 0x00080000,
  negoExtender: 0x00100000,
  negotiable2: 0x00200000,
  appContainerPassthrough: 0x00400000,
  appContainerChecks: 0x00800000,
  credentialIsolationEnabled: 0x01000000,
  applyLoopback: 0x02000000,
} as const;

/** A package as the addon describes it, for users. */
export function securityPackage(native: NativePackage): SecurityPackage {
  const capabilities = Object.entries(capabilityBits)
    .filter(([, bit]) => (native.capabilities & bit) !== 0)
    .map(([name]) => name);
  return { ...native, capabilities };
}
