import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import type { AuthenticateFailure, ServerOptions } from 'winsspi/http';
import { clientOf, HttpConnection, HttpServer } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';

// Callers whose handshake completes, with integrity and confidentiality, and who are no users.
const noUsers = [
  ['ANONYMOUS LOGON', 1, 'anonymous', 'allowAnonymous'],
  ['Guest', 2, 'guest', 'allowGuest'],
  ["a member of the domain's guests", 3, 'guest', 'allowGuest'],
] as const;

/** Logs on as the clients that the provider hands out, and asks once more on the same connection. */
async function logOn(client: number, options: ServerOptions, name: ProviderPackage) {
  const failures: AuthenticateFailure[] = [];
  const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
  const handler = ({ isAnonymous, isGuest }: { isAnonymous: boolean; isGuest: boolean }) => ({
    isAnonymous,
    isGuest,
  });
  await using server = await HttpServer.listen(
    { package: name, onAuthenticationFailed, ...options },
    handler,
  );
  using credentials = await Credentials.acquire({ package: name });
  using connection = new HttpConnection(server);
  using context = clientOf(credentials);
  provider.behave('client', client);
  const { status, text, challenges } = await connection.logOn(context);
  const next = await connection.get();
  const reasons = failures.map(({ reason }) => reason).filter((reason) => reason !== 'continue');
  return { status, text, challenges, next: next.status, reasons };
}

describe.skipIf(!providerInstalled)('a caller who is no user', () => {
  checkProviderAfterEach();

  describe.each<ProviderPackage>(['TestKerberos', 'TestNtlm'])('by %s', (name) => {
    test.each(noUsers)('is refused and asked anew: %s', async (_, client, reason) => {
      expect(await logOn(client, {}, name)).toMatchObject({
        ...{ status: 401, challenges: ['Negotiate', 'NTLM'], next: 401, reasons: [reason] },
      });
    });

    test.each(noUsers)('is let in where the option says so: %s', async (_, client, reason, key) => {
      const { status, text, reasons } = await logOn(client, { [key]: true }, name);
      expect([status, reasons]).toEqual([200, []]);
      const isAnonymous = reason === 'anonymous';
      expect(JSON.parse(text)).toEqual({ isAnonymous, isGuest: !isAnonymous });
    });

    test.each(noUsers)(
      'is not let in by the other option, nor by a SID alone: %s',
      async (_, client, reason, key) => {
        const other = key === 'allowGuest' ? 'allowAnonymous' : 'allowGuest';
        const options = { [other]: true, allowedSids: ['S-1-5-7', 'S-1-5-32-546', 'S-1-1-0'] };
        const { status, reasons } = await logOn(client, options, name);
        expect([status, reasons]).toEqual([401, [reason]]);
      },
    );
  });

  test('cannot be distinguished from users where a package has no access tokens: 503', async () => {
    provider.fail('QuerySecurityContextToken', 0x80090302); // SEC_E_UNSUPPORTED_FUNCTION
    const { status, reasons } = await logOn(0, {}, 'TestKerberos');
    expect([status, reasons]).toEqual([503, ['unavailable']]);
  });
});
