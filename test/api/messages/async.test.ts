import { describe, expect, test } from 'vitest';
import { SECBUFFER_DATA, SECBUFFER_TOKEN, type SecBuffer } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { establishedPair, type Pair } from '../../harness/support/handshake.js';
import { lab } from '../../harness/support/lab.js';
import { onWinpr } from '../../harness/support/winpr.js';

const text = Buffer.from('the text of the message');
const fresh = () => establishedPair({ package: lab ? 'Kerberos' : 'Negotiate' });
const withCode = (code: string) => expect.objectContaining({ code });

const unsealed = (message: Uint8Array): SecBuffer[] => [
  { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
  { type: SECBUFFER_DATA, data: new Uint8Array(message) },
];

function open({ server }: Pair, [token, data]: SecBuffer[]): Buffer {
  const { buffers } = server.decryptMessage([token as SecBuffer, data as SecBuffer]);
  return Buffer.from(buffers[1]?.data ?? []);
}

describe('calls off the JavaScript thread', () => {
  test('fifty messages in one direction arrive in the order of their calls', async () => {
    const pair = await fresh();
    const messages = Array.from({ length: 50 }, (_, i) => Buffer.from(`message ${i}`));
    const sealed = await Promise.all(
      messages.map((message) => pair.client.encryptMessageAsync(unsealed(message))),
    );
    expect(sealed.map((buffers) => open(pair, buffers))).toEqual(messages);
  });

  test('a mebibyte goes each way at the same time', async () => {
    proves('one call in each direction');
    const pair = await fresh();
    const message = Buffer.alloc(1 << 20, 'm');
    const fromClient = await pair.client.encryptMessageAsync(unsealed(message));
    const [opened] = await Promise.all([
      pair.server.decryptMessageAsync(fromClient),
      pair.server.encryptMessageAsync(unsealed(message)),
      pair.client.encryptMessageAsync(unsealed(message)),
    ]);
    expect(opened.status).toBe('SEC_E_OK');
    expect(message.equals(opened.buffers[1]?.data as Uint8Array)).toBe(true);
  });

  test('encryptMessageAsync leaves its result in the memory that was passed', async () => {
    proves('in-place encryption');
    const { client, server } = await fresh();
    const buffers = unsealed(text);
    const [token, data] = await client.encryptMessageAsync(buffers);
    expect(data?.data).toBe(buffers[1]?.data);
    expect(token?.data?.buffer).toBe(buffers[0]?.data?.buffer);
    const { buffers: opened } = await server.decryptMessageAsync([
      token as SecBuffer,
      data as SecBuffer,
    ]);
    expect(opened[1]?.data).toBe(buffers[1]?.data);
    expect(Buffer.from(buffers[1]?.data as Uint8Array)).toEqual(text);
  });

  test('verifySignatureAsync accepts what makeSignatureAsync signed', async () => {
    const { client, server } = await fresh();
    const data = { type: SECBUFFER_DATA, data: text };
    const [, token] = await client.makeSignatureAsync([
      data,
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(64) },
    ]);
    expect(await server.verifySignatureAsync([data, token as SecBuffer])).toEqual({ qop: 0 });
  });

  // Not of WinPR's NTLM, whose key stream goes on with what it refuses.
  test.skipIf(onWinpr)(
    'an altered message is refused, its memory stays as it was, and the next one opens',
    async () => {
      const pair = await fresh();
      const [token, data] = await pair.client.encryptMessageAsync(unsealed(text));
      const altered = Buffer.from(data?.data as Uint8Array);
      altered.writeUInt8((altered[20] as number) ^ 1, 20);
      const before = Buffer.from(altered);
      await expect(
        pair.server.decryptMessageAsync([
          token as SecBuffer,
          { type: SECBUFFER_DATA, data: altered },
        ]),
      ).rejects.toMatchObject({ name: 'MessageAlteredError', syscall: 'DecryptMessage' });
      expect(altered).toEqual(before);
      expect(open(pair, [token as SecBuffer, data as SecBuffer])).toEqual(text);
    },
  );

  test('a call that fails does not stop those behind it', async () => {
    const pair = await fresh();
    const results = await Promise.allSettled([
      pair.client.encryptMessageAsync([{ type: SECBUFFER_DATA, data: Buffer.from(text) }]),
      pair.client.encryptMessageAsync(unsealed(text)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});

describe('a synchronous call meanwhile', () => {
  test('in the same direction is refused, in the other it goes on', async () => {
    proves('one call in each direction');
    const pair = await fresh();
    const sealed = pair.server.wrapDetached(text);
    const pending = pair.client.encryptMessageAsync(unsealed(text));
    expect(() => pair.client.wrapDetached(text)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(() => pair.client.sign(text)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(pair.client.unwrapDetached(sealed).message).toEqual(text);
    await pending;
    expect(pair.client.wrapDetached(text).message.length).toBe(text.length);
  });
});

describe('the end of the context or of the memory meanwhile', () => {
  test('close rejects the calls that run and those that wait', async () => {
    const { client } = await fresh();
    const calls = [1, 2, 3].map(() => client.encryptMessageAsync(unsealed(text)));
    client.close();
    for (const call of calls)
      await expect(call).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });

  test('memory that was transferred away is not touched', async () => {
    const { client } = await fresh();
    const data = new Uint8Array(1 << 20);
    const call = client.encryptMessageAsync([
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
      { type: SECBUFFER_DATA, data },
    ]);
    const moved = structuredClone(data.buffer, { transfer: [data.buffer] });
    await expect(call).rejects.toThrow(withCode('ERR_SSPI_BUFFER_DETACHED'));
    expect(Buffer.from(moved).every((byte) => byte === 0)).toBe(true);
  });

  test('memory that was resized is not taken for the result', async () => {
    const { client } = await fresh();
    const memory = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 21 });
    const call = client.encryptMessageAsync([
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
      { type: SECBUFFER_DATA, data: new Uint8Array(memory) },
    ]);
    memory.resize(1 << 21);
    await expect(call).rejects.toThrow(withCode('ERR_SSPI_BUFFER_DETACHED'));
  });

  test('memory that was transferred away while the call waited is refused', async () => {
    const { client } = await fresh();
    const first = client.encryptMessageAsync(unsealed(text));
    const buffers = unsealed(text);
    const second = client.encryptMessageAsync(buffers);
    const memory = buffers[1]?.data?.buffer as ArrayBuffer;
    structuredClone(memory, { transfer: [memory] });
    await expect(second).rejects.toThrow(withCode('ERR_SSPI_BUFFER_DETACHED'));
    expect((await first).length).toBe(2);
  });

  test('misuse is a rejection', async () => {
    const { client } = await fresh();
    await expect(client.encryptMessageAsync([])).rejects.toThrow(withCode('ERR_OUT_OF_RANGE'));
    await expect(client.wrapAsync('text' as never)).rejects.toThrow(
      withCode('ERR_INVALID_ARG_TYPE'),
    );
    await expect(client.unwrapAsync(undefined as never)).rejects.toThrow(
      withCode('ERR_INVALID_ARG_TYPE'),
    );
    client.close();
    await expect(client.wrapAsync(text)).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });
});
