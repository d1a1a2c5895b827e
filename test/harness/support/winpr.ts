import type { PasswordIdentityOptions } from 'winsspi';
import { type Family, type Model, windowsFacts } from './family.js';

// WinPR's security packages on Linux, over which the sanitizers run (test/harness/winpr). They are what
// a server and a client need to seal for each other with NTLM, alone and within Negotiate.

export const onWinpr = process.env.WINSSPI_WINPR !== undefined;

/** The account that WinPR's servers know: see test/harness/winpr/account.h. */
export const winprUser: PasswordIdentityOptions = {
  user: 'alice',
  domain: 'WINPR',
  password: 'Alice-of-WinPR-1',
};

const lacks: Family['lacks'] = {
  domain: 'has no domain',
  names: 'does not answer NAMES',
  sessionKey: 'does not answer SESSION_KEY',
  lifespan: 'does not answer LIFESPAN',
  keyInfo: 'does not answer KEY_INFO',
  flags: 'does not say what was granted',
  inProgress: 'calls an unfinished handshake complete',
  severalData: 'seals the first DATA only',
  qop: 'takes any quality of protection',
  bindings: 'does not compare channel bindings',
  loggedOn: 'finds no logged-on user',
  packageList: 'knows no lists of packages',
  spnego: 'sends no SPNEGO',
};

const facts = windowsFacts('NTLM');

export function winprFamily(model: Model): Family {
  return {
    ...facts,
    sizes: { ...facts.sizes, maxToken: 2010 },
    lastStatus: 'SEC_I_COMPLETE_NEEDED',
    garbageCodes: /^SEC_E_/,
    origin: 'WinPR',
    model,
    package: model,
    title: `WinPR's ${model}`,
    lacks,
  };
}
