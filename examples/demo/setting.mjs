// Who logs on, and to what.
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

const wrongPassword = 'wrong-password-of-the-demo';

/**
 * In the lab: a user of its domain, by password. Elsewhere: the logged-on user, without one.
 * `stranger` is who must be refused.
 */
export function readSetting() {
  const lab = process.env.WINSSPI_LAB;
  return lab ? settingOfLab(JSON.parse(readFileSync(lab, 'utf8'))) : settingOfMachine();
}

function settingOfLab({ users: { alice }, service }) {
  return {
    user: nameOf(alice),
    identity: alice,
    targetName: service.spn,
    stranger: { ...alice, password: wrongPassword },
  };
}

function settingOfMachine() {
  return {
    user: nameOf({ user: userInfo().username, domain: process.env.USERDOMAIN }),
    identity: undefined,
    targetName: 'HTTP/localhost',
    // Nobody's name: wrong passwords could lock the account of the logged-on user.
    stranger: { user: 'winsspi-demo-nobody', password: wrongPassword },
  };
}

/** @param {{ user: string, domain?: string }} identity */
export function nameOf({ user, domain }) {
  return domain ? `${domain}\\${user}` : user;
}
