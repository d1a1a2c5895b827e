import { test } from 'vitest';
import type { Behaviour, Facts, Family, Model, Refusal } from './family.js';
import { windowsFacts } from './family.js';
import { establishedPair, newPair, type Pair, type PairOptions } from './handshake.js';
import { lab, needsDomain, theLab } from './lab.js';
import { wineFamily } from './wine.js';
import { onWinpr, winprFamily } from './winpr.js';

// The same tests run over several implementations of the same packages: in the lab over the bridge's
// and over Wine's own, on Windows over Windows's, under the sanitizers over WinPR's. What one of them lacks is skipped, and the test's
// name says so.

const models = ['Kerberos', 'Negotiate', 'NTLM'] as const;

/** Packages with Windows's layouts, which the lab names. */
function bridgeFamily(model: Model, name: string): Family {
  const facts = windowsFacts(model === 'NTLM' ? 'NTLM' : 'Kerberos');
  const sizes = model === 'Negotiate' ? { ...facts.sizes, maxToken: 48_256 } : facts.sizes;
  return { ...facts, sizes, origin: 'bridge', model, package: name, title: name, lacks: {} };
}

/** With the logged-on user, and no domain in which the tests' service has an account. */
function windowsFamily(model: Model): Family {
  const facts = windowsFacts(model === 'Kerberos' ? 'Kerberos' : 'NTLM');
  const lacks = { domain: needsDomain, ...(model === 'Kerberos' && { contexts: needsDomain }) };
  return { ...facts, origin: 'Windows', model, package: model, title: model, lacks };
}

export const families: readonly Family[] = familiesHere();

function familiesHere(): Family[] {
  if (onWinpr) return [winprFamily('Negotiate'), winprFamily('NTLM')];
  if (!lab) return models.map(windowsFamily);
  return [
    ...models.map((model) => bridgeFamily(model, theLab().packages[model])),
    ...models.map(wineFamily),
  ];
}

/** Those that stand for one package of Windows. */
export const familiesOf = (model: Model): readonly Family[] =>
  families.filter((family) => family.model === model);

/** Those whose contexts are of one package, by themselves or because Negotiate chose it. */
export const familiesThatChoose = (chosen: Facts['chosen']): readonly Family[] =>
  families.filter((family) => family.chosen === chosen);

/** Another package of the same implementation. */
export function siblingOf(family: Family, model: Model): Family {
  const sibling = familiesOf(model).find(({ origin }) => origin === family.origin);
  if (!sibling) throw new Error(`${family.title} has no ${model} beside it.`);
  return sibling;
}

/** `test`; where the family lacks a behaviour, a skipped test whose name ends in the reason. */
export function testOf(
  family: Pick<Family, 'title' | 'lacks'>,
  ...behaviours: readonly Behaviour[]
) {
  const needed: readonly Behaviour[] = ['contexts', ...behaviours];
  const lacking = needed.find((behaviour) => family.lacks[behaviour] !== undefined);
  return (name: string, body: () => Promise<void> | void, timeout?: number): void => {
    if (lacking === undefined) test(name, body, timeout);
    else test.skip(`${name} (skipped: ${family.title} ${family.lacks[lacking]})`, body);
  };
}

/** The error of a refusal, to be matched. */
export function errorOf(family: Family, refusal: Refusal): { name: string } | { code: string } {
  const known = family.refusals[refusal];
  return known.endsWith('Error') ? { name: known } : { code: known };
}

/** Two contexts of a family that have not met yet. */
export const unmet = (family: Family, options: PairOptions = {}): Promise<Pair> =>
  newPair({ ...options, package: family.package });

/** Two complete contexts of a family. */
export const meet = (family: Family, options: PairOptions = {}): Promise<Pair> =>
  establishedPair({ ...options, package: family.package });

/** The user of the clients, as names have it. */
export const clientName = lab
  ? `${lab.domain}\\${lab.users.alice.user}`
  : `${process.env.USERDOMAIN}\\${process.env.USERNAME}`;
