import { describe, expect, test } from 'vitest';
import {
  ASC_REQ_EXTENDED_ERROR,
  ISC_REQ_ALLOCATE_MEMORY,
  ISC_REQ_EXTENDED_ERROR,
  type SspiError,
} from 'winsspi';
import {
  checkProviderAfterEach,
  newProviderPair,
  type ProviderPackage,
  type ProviderPair,
  provider,
  providerInstalled,
} from '../../harness/support/provider.js';

// A package can leave a token beside its error: a KRB-ERROR, a reject of SPNEGO, a TLS alert.

const WHERE_ASKED = 1;
const ALWAYS = 2;
const LOGON_DENIED = 0x8009030c;
const KRB_ERROR = '4552524f520c030980'; // "ERROR" and the status
const ALERT = '15030300020228';

const sides = ['client', 'server'] as const;
type Side = (typeof sides)[number];
const syscalls = { client: 'InitializeSecurityContext', server: 'AcceptSecurityContext' } as const;

function errorOf(step: Promise<unknown>): Promise<SspiError> {
  return step.then(
    () => expect.unreachable(),
    (error: SspiError) => error,
  );
}

/** The error of the first step of a side. */
async function failFirstStep(pair: ProviderPair, side: Side): Promise<SspiError> {
  const token = side === 'server' ? (await pair.client.step()).token : undefined;
  provider.fail(syscalls[side], LOGON_DENIED);
  return errorOf(pair[side].step(token));
}

describe.skipIf(!providerInstalled)('the token of a step that failed', () => {
  checkProviderAfterEach();

  const packages: [ProviderPackage, string][] = [
    ['TestKerberos', KRB_ERROR],
    ['TestNtlm', KRB_ERROR],
    ['TestNegotiate', KRB_ERROR],
    ['TestStream', ALERT],
  ];

  test.each(packages.flatMap(([name, token]) => sides.map((side) => [name, side, token] as const)))(
    'of %s: a %s that asks for extendedError gets what the package left for the peer',
    async (name, side, token) => {
      provider.behave('errorToken', WHERE_ASKED);
      using pair = await newProviderPair(name, { [side]: { flags: { extendedError: true } } });
      const error = await failFirstStep(pair, side);
      expect(error).toMatchObject({ name: 'LogonDeniedError', syscall: syscalls[side] });
      expect(error.token).toEqual(Buffer.from(token, 'hex'));
      // The context has failed for good, with the same error.
      expect(await errorOf(pair[side].step(Buffer.from('a')))).toBe(error);
    },
  );

  test.each(sides)('is absent where a %s asks for other flags alone', async (side) => {
    provider.behave('errorToken', ALWAYS);
    // The bit of the other side is among them.
    const flag = side === 'client' ? ISC_REQ_EXTENDED_ERROR : ASC_REQ_EXTENDED_ERROR;
    const flags = (0xffff_ffff & ~flag & ~ISC_REQ_ALLOCATE_MEMORY) >>> 0;
    using pair = await newProviderPair('TestKerberos', { [side]: { flags } });
    expect((await failFirstStep(pair, side)).token).toBe(undefined);
  });

  test('is there where a later step fails', async () => {
    using pair = await newProviderPair('TestNtlm', { client: { flags: { extendedError: true } } });
    await pair.client.step();
    provider.behave('errorToken', WHERE_ASKED);
    const error = await errorOf(pair.client.step(Buffer.from('garbage')));
    expect(error).toMatchObject({ name: 'InvalidTokenError' });
    expect(error.token).toEqual(Buffer.from('4552524f5208030980', 'hex'));
  });

  test('is absent where the package left none', async () => {
    using pair = await newProviderPair('TestKerberos', {
      server: { flags: { extendedError: true } },
    });
    expect((await failFirstStep(pair, 'server')).token).toBe(undefined);
  });

  test.each([1, 2, 3, 4])(
    'is absent where it lies outside the memory of the call, and the status stays: place %d',
    async (place) => {
      provider.behave('errorToken', WHERE_ASKED);
      using pair = await newProviderPair('TestKerberos', {
        client: { flags: { extendedError: true } },
      });
      provider.behave('outsideStep', place);
      const error = await failFirstStep(pair, 'client');
      expect(error).toMatchObject({ status: LOGON_DENIED });
      expect(error.token).toBe(undefined);
    },
  );

  test.each([
    ['SEC_E_BUFFER_TOO_SMALL', 0x80090321],
    ['SEC_E_INSUFFICIENT_MEMORY', 0x80090300],
  ])('is absent beside %s: the length is the room that the package asks for', async (_, status) => {
    using pair = await newProviderPair('TestScript', {
      client: { flags: { extendedError: true } },
    });
    provider.behave('tooSmallStatus', status);
    provider.behave('tooSmall', 2);
    provider.behave('wanted', 300);
    const error = await errorOf(pair.client.step());
    expect(error).toMatchObject({ status });
    expect(error.token).toBe(undefined);
  });
});
