import { type IdentityOptions, SspiError } from 'winsspi';
import { handshake, newPair } from './handshake.js';
import { theLab } from './lab.js';

/** The error of a logon and a handshake that must fail. */
export async function refusal(
  packageName: string,
  identity: IdentityOptions,
  targetName?: string,
): Promise<SspiError> {
  try {
    const { client, server } = await newPair({
      package: packageName,
      identity,
      ...(targetName !== undefined && { client: { targetName } }),
    });
    await handshake(client, server);
  } catch (error) {
    if (error instanceof SspiError) return error;
    throw error;
  }
  throw new Error('The handshake was not refused.');
}

/** A password of nobody's: no error may hold it. */
export const secret = 'Wr0ng-never-shown';

/** Logons that the domain refuses. */
export const refusedLogons: [string, () => IdentityOptions][] = [
  ['a wrong password', () => ({ ...theLab().users.alice, password: secret })],
  ['an unknown user', () => ({ ...theLab().users.alice, user: 'nobody', password: secret })],
  ['an expired account', () => theLab().users.expired],
  ['a disabled account', () => theLab().users.disabled],
];
