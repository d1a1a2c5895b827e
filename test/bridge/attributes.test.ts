import { describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { establishedPair, newPair } from '../support/handshake.js';
import { lab, needsDomain } from '../support/lab.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const unsupported = expect.objectContaining({ name: 'UnsupportedFunctionError' });

describe.skipIf(!lab).each([
  ['Kerberos', names.Kerberos, 'Kerberos', 48_000],
  ['Negotiate', names.Negotiate, 'Kerberos', 48_256],
  ['NTLM', names.NTLM, 'NTLM', 2888],
])(`attributes of %s (${needsDomain})`, (_, name, chosen, maxToken) => {
  const both = async () => {
    const { client, server } = await establishedPair({ package: name });
    return [client, server];
  };

  test('sizes are those of Windows', async () => {
    const sizes =
      chosen === 'NTLM'
        ? { maxToken, maxSignature: 16, blockSize: 0, securityTrailer: 16 }
        : { maxToken, maxSignature: 64, blockSize: 16, securityTrailer: 76 };
    for (const context of await both()) expect(context.queryAttribute('sizes')).toEqual(sizes);
  });

  test('names: both sides know the client as DOMAIN\\user', async () => {
    for (const context of await both()) {
      expect(context.queryAttribute('names')).toEqual({ userName: 'CORP\\alice' });
    }
  });

  test('nativeNames are the principals of Kerberos', async () => {
    for (const context of await both()) {
      if (chosen === 'NTLM') {
        expect(() => context.queryAttribute('nativeNames')).toThrow(unsupported);
        continue;
      }
      expect(context.queryAttribute('nativeNames')).toEqual({
        clientName: 'alice@CORP.TEST',
        serverName: 'HTTP/localhost@CORP.TEST',
      });
    }
  });

  test('sessionKey is the same on both sides, and another in the next context', async () => {
    const [client, server] = (await both()).map((context) => context.queryAttribute('sessionKey'));
    expect(client?.length).toBe(chosen === 'NTLM' ? 16 : 32);
    expect(client).toEqual(server);
    const [next] = await both();
    expect(next?.queryAttribute('sessionKey')).not.toEqual(client);
  });

  test('lifespan begins now and ends with the context', async () => {
    for (const context of await both()) {
      const { start, expiry } = context.queryAttribute('lifespan');
      expect(Math.abs((start as Date).getTime() - Date.now())).toBeLessThan(5000);
      expect(expiry).toEqual(context.expiry);
    }
  });

  test('keyInfo names the algorithms', async () => {
    const [client] = await both();
    expect(client?.queryAttribute('keyInfo')).toEqual(
      chosen === 'NTLM'
        ? {
            signatureAlgorithmName: 'HMAC-MD5',
            encryptAlgorithmName: 'RSADSI RC4',
            keySize: 128,
            signatureAlgorithm: 0xffffff76,
            encryptAlgorithm: 0x6801,
          }
        : {
            signatureAlgorithmName: 'HMAC-SHA1-96',
            encryptAlgorithmName: 'Kerberos AES256-CTS-HMAC-SHA1-96',
            keySize: 256,
            signatureAlgorithm: 16,
            encryptAlgorithm: 18,
          },
    );
  });

  test('flags are those of the handshake', async () => {
    for (const context of await both()) {
      expect(context.queryAttribute('flags')).toEqual(context.flags);
    }
  });

  test('negotiationInfo and packageInfo have the names that Windows knows', async () => {
    for (const context of await both()) {
      const { state, package: info } = context.queryAttribute('negotiationInfo');
      expect(state).toBe('complete');
      expect(info.name).toBe(chosen);
      expect(context.queryAttribute('packageInfo').name).toBe(chosen);
    }
  });

  test('streamSizes are for stream packages: UnsupportedFunctionError', async () => {
    for (const context of await both()) {
      expect(() => context.queryAttribute('streamSizes')).toThrow(unsupported);
    }
  });

  test('before the end of the handshake there is negotiationInfo and nothing else', async () => {
    const { client } = await newPair({ package: name });
    await client.step();
    expect(client.queryAttribute('negotiationInfo').state).toBe('inProgress');
    expect(() => client.queryAttribute('names')).toThrow(
      expect.objectContaining({ name: 'InvalidHandleError' }),
    );
  });

  test('a server knows who each of many clients is', async () => {
    using inbound = await Credentials.acquire({ package: name, use: 'inbound' });
    for (const user of ['alice', 'bob', 'websvc'] as const) {
      const { client } = await newPair({
        package: name,
        ...(lab && { identity: lab.users[user] }),
      });
      using server = new ServerContext(inbound);
      let token = (await client.step()).token;
      while (token && !server.done) {
        const answer = await server.step(token);
        if (answer.token) token = (await client.step(answer.token)).token;
      }
      expect(server.queryAttribute('names').userName).toBe(`CORP\\${user}`);
    }
  });
});
