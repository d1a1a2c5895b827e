import { readFileSync } from 'node:fs';
import type { PasswordIdentityOptions } from 'winsspi';

/** What the lab tells the tests. On Windows there is no lab: the logged-on user is used. */
export interface Lab {
  readonly realm: string;
  readonly domain: string;
  readonly dc: string;
  readonly users: Readonly<
    Record<
      'alice' | 'bob' | 'expired' | 'sensitive' | 'disabled' | 'lockable' | 'websvc',
      Required<Omit<PasswordIdentityOptions, 'keytab'>>
    >
  >;
  readonly service: Required<Omit<PasswordIdentityOptions, 'keytab'>> & { readonly spn: string };
  /** A service that the domain does not trust with what its clients delegate. */
  readonly untrustedService: Required<Omit<PasswordIdentityOptions, 'keytab'>> & {
    readonly spn: string;
  };
  /** A service whose keys the tests change. */
  readonly changingService: Required<Omit<PasswordIdentityOptions, 'keytab'>> & {
    readonly spn: string;
  };
  readonly peer: { readonly host: string; readonly port: number };
  /** OpenSSL's TLS server, which reverses lines. */
  readonly tls: { readonly host: string; readonly port: number };
  /** Runs programs of Linux: see support/runner.ts. */
  readonly runner: { readonly host: string; readonly port: number };
  /** The ports of Apache with mod_auth_gssapi, on localhost (test/harness/lab/apache.mjs). */
  readonly apache: Readonly<Record<'http' | 'https' | 'proxy' | 'secureProxy', number>>;
  /** An HTTP server with NTLM (test/harness/lab/peers/http_peer.py). */
  readonly httpPeer: { readonly host: string; readonly port: number };
  /** An argument for a child process that gives it another logged-on user: alice, bob, nobody. */
  readonly loggedOnAs: string;
  /** An argument for a child process that gives it a krb5.conf and a keytab: their folder. */
  readonly kerberosFolder: string;
  /** The folder of this run, as Linux and as Windows see it. */
  readonly folder: { readonly linux: string; readonly windows: string };
  /** Packages with Windows's layouts (test/harness/bridge), by the names of their models. */
  readonly packages: Readonly<Record<'Negotiate' | 'Kerberos' | 'NTLM', string>>;
  /** The benchmark's addon (bench/raw). */
  readonly raw: string;
}

const path = process.env.WINSSPI_LAB;

/** Absent on Windows. */
export const lab: Lab | undefined =
  path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'));

/** The lab, in tests that are skipped without it. */
export function theLab(): Lab {
  if (!lab) throw new Error('This test needs the lab: run it with npm test on Linux.');
  return lab;
}

/** Why a test that needs the domain is skipped, for its name. */
export const needsDomain = 'needs the lab domain';

/** The service that the tests' server contexts are. */
export const targetName = lab?.service.spn ?? 'HTTP/localhost';
