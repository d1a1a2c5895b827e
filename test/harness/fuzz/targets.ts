import { Credentials } from 'winsspi';
import { families } from '../support/families.js';
import type { Family } from '../support/family.js';
import { lab } from '../support/lab.js';
import { providerInstalled } from '../support/provider.js';

type Known = 'title' | 'package' | 'lacks' | 'garbageCodes' | 'strangers' | 'isBrokenBy';

/** A package that gets what was changed on its way. */
export interface Target extends Pick<Family, Known> {
  /** How many tokens a handshake has. */
  readonly tokens: 2 | 3;
  /** Whether its messages are records, as TLS has them. */
  readonly records: boolean;
  /** Whether it takes any array of buffers: Wine's packages read through pointers that are null. */
  readonly takesArrays: boolean;
}

const ofFamilies = families.map(
  (family): Target => ({
    ...family,
    tokens: family.chosen === 'Kerberos' ? 2 : 3,
    records: false,
    takesArrays: family.origin !== 'Wine',
  }),
);

const ofProvider = ['TestKerberos', 'TestNtlm', 'TestStream'].map(
  (name): Target => ({
    title: name,
    package: name,
    lacks: {},
    garbageCodes: /^SEC_E_(?!INTERNAL)/,
    strangers: Number.POSITIVE_INFINITY,
    isBrokenBy: () => false,
    tokens: name === 'TestNtlm' ? 3 : 2,
    records: name === 'TestStream',
    takesArrays: true,
  }),
);

export const targets = [...ofFamilies, ...(providerInstalled ? ofProvider : [])];

/** The credentials of both sides. */
export async function credentialsOf(
  target: Target,
): Promise<Record<'outbound' | 'inbound', Credentials>> {
  const identity = lab && !target.records ? { identity: lab.users.alice } : {};
  return {
    outbound: await Credentials.acquire({ package: target.package, ...identity }),
    inbound: await Credentials.acquire({ package: target.package, use: 'inbound' }),
  };
}
