import { type Facts, type Family, type Model, windowsFacts } from './family.js';
import { lab } from './lab.js';

// Where Wine's security packages differ from Windows's. Each test that expects one thing here and
// another on Windows says so with one of these; the product knows nothing of it.

/** What none of Wine's packages does. */
const lacksOfAll: Family['lacks'] = {
  names: 'does not answer NAMES',
  sessionKey: 'does not answer SESSION_KEY',
  lifespan: 'does not answer LIFESPAN',
  packageInfo: 'does not answer PACKAGE_INFO',
  inProgress: 'calls an unfinished handshake complete',
  bindings: 'does not compare channel bindings',
};

const lacksOfKerberos: Family['lacks'] = {
  ...lacksOfAll,
  nativeNames: 'does not answer NATIVE_NAMES',
  keyInfo: 'does not answer KEY_INFO',
  flags: 'does not answer FLAGS',
  stream: 'does not open a STREAM',
  severalData: 'seals and signs the first DATA only',
  noPadding: 'leaves a byte of padding',
  signedInPlace: "begins DATA with the message's header",
  checksum: 'does not cover READONLY_WITH_CHECKSUM',
  unsealed: 'grants confidentiality that nobody asked for',
};

const lacks: Record<Model, Family['lacks']> = {
  Kerberos: {
    ...lacksOfKerberos,
    identityForms: 'wants the realm as the domain',
    lateLogon: 'logs on where credentials are acquired',
  },
  Negotiate: {
    ...lacksOfKerberos,
    acceptedPackage: 'says Kerberos of whatever its server accepts',
    spnego: 'sends no SPNEGO',
    packageList: 'ends the process at a list of packages',
  },
  NTLM: {
    ...lacksOfAll,
    flags: 'does not say what was granted',
    grantedFlags: 'does not say what was granted',
    messages: 'does not open what its own other side sealed or signed',
    serverSeals: "does not encrypt its server's messages",
    qop: 'takes any quality of protection',
    bindingsTaken: 'takes no channel bindings',
    loggedOn: 'finds no logged-on user',
    manyAtOnce: 'can wait for itself for ever',
  },
};

/** Wine maps many failures of GSS-API and of the KDC to codes that say little. */
const refusalsOfKerberos = {
  target: 'SEC_E_INTERNAL_ERROR',
  principal: 'SEC_E_INTERNAL_ERROR',
  clock: 'SEC_E_INTERNAL_ERROR',
  replayedToken: 'SEC_E_INTERNAL_ERROR',
  replayedMessage: 'InvalidTokenError',
  qop: 'UnsupportedFunctionError',
};

const windows = { Kerberos: windowsFacts('Kerberos'), NTLM: windowsFacts('NTLM') };
const ofAll = { garbageCodes: /^SEC_E_/ };
const ofKerberos = {
  ...windows.Kerberos,
  ...ofAll,
  sizes: { maxToken: 12_000, maxSignature: 37, blockSize: 1, securityTrailer: 49 },
};

const facts: Record<Model, Facts> = {
  Kerberos: {
    ...ofKerberos,
    logonRefusedBy: 'AcquireCredentialsHandle',
    refusals: {
      ...windows.Kerberos.refusals,
      ...refusalsOfKerberos,
      logon: 'STATUS_UNSUCCESSFUL',
      realm: 'STATUS_UNSUCCESSFUL',
    },
  },
  Negotiate: {
    ...ofKerberos,
    logonRefusedBy: 'AcceptSecurityContext',
    refusals: {
      ...windows.Kerberos.refusals,
      ...refusalsOfKerberos,
      logon: 'SEC_E_INTERNAL_ERROR',
    },
    strangers: 30,
    isBrokenBy: breaksNtlm,
  },
  NTLM: {
    ...windows.NTLM,
    ...ofAll,
    sizes: { ...windows.NTLM.sizes, maxToken: 1904 },
    strangers: 30, // each costs the start of a program
    isBrokenBy: breaksNtlm,
  },
};

/** One of Wine's own packages. */
export function wineFamily(model: Model): Family {
  const title = `Wine's ${model}`;
  return { ...facts[model], origin: 'Wine', model, package: model, title, lacks: lacks[model] };
}

/** The lab runs on Wine. */
export const onWine = lab !== undefined;

/** What Windows calls a status, and what Wine does. */
export function statusName(windows: string, wine: string): string {
  return onWine ? wine : windows;
}

/**
 * A sealed message of Kerberos or NTLM as GSS-API knows it. Windows's order is TOKEN, DATA, PADDING;
 * Wine's Kerberos cuts GSS-API's message in two, the last bytes being the TOKEN.
 */
export function gssMessage(
  parts: { token: Buffer; message: Buffer; padding: Buffer },
  packageName: string | undefined,
): Buffer {
  const { token, message, padding } = parts;
  if (onWine && packageName === 'Kerberos') return Buffer.concat([message, token]);
  return Buffer.concat([token, message, padding]);
}

/** The parts of a message that GSS-API sealed with a token of this length. */
export function sealedParts(
  sealed: Buffer,
  tokenLength: number,
  packageName: string | undefined,
): { token: Buffer; message: Buffer } {
  if (onWine && packageName === 'Kerberos') {
    const border = sealed.length - tokenLength;
    return { message: sealed.subarray(0, border), token: sealed.subarray(border) };
  }
  return { token: sealed.subarray(0, tokenLength), message: sealed.subarray(tokenLength) };
}

/**
 * Whether a token would end the process: Wine's NTLM, to which its Negotiate turns when Kerberos
 * refuses a token, writes the base64 of up to 1,904 bytes into a buffer of 1,904 bytes.
 */
export function breaksNtlm(token: Buffer): boolean {
  return onWine && token.length > 1425 && token.length <= 1904;
}
