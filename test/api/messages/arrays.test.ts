import { describe, expect, test } from 'vitest';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { establishedPair } from '../../harness/support/handshake.js';
import { lab } from '../../harness/support/lab.js';
import { onWine } from '../../harness/support/wine.js';

const text = Buffer.from('the text of the message');

// Kerberos needs a domain in which the tests' service has an account.
const packageName = lab ? 'Kerberos' : 'Negotiate';
const { client, server } = await establishedPair({ package: packageName });

/** Room for a token whatever the sizes say. */
const tokenRoom = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(128) });

describe('what was passed stays as it is', () => {
  test('by wrapDetached and unwrapDetached', () => {
    const message = Buffer.from(text);
    const sealed = client.wrapDetached(message);
    const copies = { token: Buffer.from(sealed.token), message: Buffer.from(sealed.message) };
    server.unwrapDetached(sealed);
    expect(message).toEqual(text);
    expect([sealed.token, sealed.message]).toEqual([copies.token, copies.message]);
  });

  test('by sign and verify', () => {
    const message = Buffer.from(text);
    const signature = client.sign(message);
    const copy = Buffer.from(signature);
    server.verify(message, signature);
    expect([message, signature]).toEqual([text, copy]);
  });
});

test.skipIf(!onWine)('a token is sealed that is longer than the package says (Wine)', () => {
  proves('minimum token size');
  const { securityTrailer } = client.queryAttribute('sizes');
  const sealed = client.wrapDetached(text);
  expect([securityTrailer, sealed.token.length]).toEqual([49, 60]);
  expect(server.unwrapDetached(sealed).message).toEqual(text);
});

describe('SecBuffer arrays', () => {
  test("encryptMessage works in the caller's memory and returns what the package left", () => {
    proves('EncryptMessage', 'in-place encryption');
    const token = tokenRoom();
    const data = Buffer.from(text);
    const [sealedToken, sealedData] = client.encryptMessage([
      token,
      { type: SECBUFFER_DATA, data },
    ]);
    expect(sealedData?.data).toBe(data);
    expect(data.equals(text)).toBe(false);
    expect(sealedToken?.type).toBe(SECBUFFER_TOKEN);
    expect(sealedToken?.data?.length).toBeLessThan(128);
    expect(sealedToken?.data?.buffer).toBe(token.data.buffer);
    expect(sealedToken?.data?.byteOffset).toBe(token.data.byteOffset);

    const { qop, status, buffers } = server.decryptMessage([
      sealedToken as { type: number; data: Buffer },
      { type: SECBUFFER_DATA, data },
    ]);
    expect({ qop, status }).toEqual({ qop: 0, status: 'SEC_E_OK' });
    expect(buffers[1]?.data).toBe(data);
    expect(data).toEqual(text);
  });

  test('the memory of a subarray is sealed, and not a byte beside it', () => {
    proves('in-place encryption');
    const memory = Buffer.alloc(64, '.');
    const data = memory.subarray(16, 48);
    const [token] = client.encryptMessage([tokenRoom(), { type: SECBUFFER_DATA, data }]);
    expect(memory.subarray(0, 16)).toEqual(Buffer.alloc(16, '.'));
    expect(memory.subarray(48)).toEqual(Buffer.alloc(16, '.'));
    server.decryptMessage([
      { type: SECBUFFER_TOKEN, data: token?.data ?? null },
      { type: SECBUFFER_DATA, data },
    ]);
    expect(memory).toEqual(Buffer.alloc(64, '.'));
  });

  test('a sequence number changes nothing: the package counts for itself', () => {
    proves('sequence number');
    const sealed = client.encryptMessage(
      [tokenRoom(), { type: SECBUFFER_DATA, data: Buffer.from(text) }],
      { sequenceNumber: 7 },
    );
    server.decryptMessage(sealed, { sequenceNumber: 70 });
    expect(Buffer.from(sealed[1]?.data ?? [])).toEqual(text);
  });

  test('a plain Uint8Array is taken as well as a Buffer', () => {
    const data = new Uint8Array(text);
    const [token, sealed] = client.encryptMessage([tokenRoom(), { type: SECBUFFER_DATA, data }]);
    expect(sealed?.data).toBe(data);
    const token8 = new Uint8Array(token?.data ?? []);
    server.decryptMessage([
      { type: SECBUFFER_TOKEN, data: token8 },
      { type: SECBUFFER_DATA, data },
    ]);
    expect(Buffer.from(data)).toEqual(text);
  });

  test('makeSignature and verifySignature', () => {
    proves('MakeSignature', 'VerifySignature');
    const data = Buffer.from(text);
    const [, token] = client.makeSignature([{ type: SECBUFFER_DATA, data }, tokenRoom()]);
    expect(data).toEqual(text);
    expect(
      server.verifySignature([
        { type: SECBUFFER_DATA, data },
        { type: SECBUFFER_TOKEN, data: token?.data ?? null },
      ]),
    ).toEqual({ qop: 0 });
  });
});
