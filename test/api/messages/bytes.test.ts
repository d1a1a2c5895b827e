import { describe, expect } from 'vitest';
import { families, meet, testOf } from '../../harness/support/families.js';

// wrap, unwrap and their Async twins in the layouts of Windows: TOKEN, DATA, PADDING in a row, and a
// stream whose message the package finds itself.

const text = Buffer.from('the text of the message');
const messages = [text, Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(100_000, 'b')];

describe.each(families)('bytes under $title', (family) => {
  const isNtlm = family.chosen === 'NTLM';
  const sealable = messages.filter(({ length }) => length > 0 || !isNtlm);
  const bytesTest = testOf(family, 'stream', 'messages');

  bytesTest('unwrap opens what wrap seals, in both directions', async () => {
    const { client, server } = await meet(family);
    for (const message of sealable) {
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        const sealed = from.wrap(message);
        expect(sealed.length).toBe((isNtlm ? 16 : 60) + message.length);
        expect(sealed.includes(text)).toBe(false);
        expect(to.unwrap(sealed)).toEqual({ message, encrypted: true });
      }
    }
  });

  bytesTest('what was passed stays as it is', async () => {
    const { client, server } = await meet(family);
    const message = Buffer.from(text);
    const sealed = client.wrap(message);
    const copy = Buffer.from(sealed);
    server.unwrap(sealed);
    expect([message, sealed]).toEqual([text, copy]);
  });

  bytesTest('the Async twins keep the order of both directions', async () => {
    const { client, server } = await meet(family);
    const numbered = Array.from({ length: 20 }, (_, i) => Buffer.from(`message ${i}`));
    const sealed = await Promise.all(numbered.map((message) => client.wrapAsync(message)));
    const opened = await Promise.all(sealed.map((bytes) => server.unwrapAsync(bytes)));
    expect(opened.map(({ message }) => message)).toEqual(numbered);
  });

  bytesTest('a message that is cut off or altered is refused', async () => {
    const { client, server } = await meet(family);
    expect(server.unwrap(client.wrap(text)).message).toEqual(text);
    const sealed = client.wrap(text);
    const altered = Buffer.from(sealed);
    altered.writeUInt8((altered.at(-1) as number) ^ 1, altered.length - 1);
    for (const bad of [Buffer.alloc(0), sealed.subarray(0, 10), sealed.subarray(0, -1), altered]) {
      expect(() => server.unwrap(bad)).toThrow(
        expect.objectContaining({ syscall: 'DecryptMessage' }),
      );
    }
    // NTLM's key stream has gone on with the refused ones.
    if (!isNtlm) expect(server.unwrap(sealed).message).toEqual(text);
  });

  bytesTest(
    'messages that are kept stay as they are, whatever is sealed and opened after',
    async () => {
      const { client, server } = await meet(family);
      const lengths = Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % 3000));
      const texts = lengths.map((length, i) => Buffer.alloc(length, `message ${i} `));
      const sealed = texts.map((message) => client.wrap(message));
      const opened = sealed.map((bytes) => server.unwrap(bytes).message);
      expect(opened).toEqual(texts);
    },
  );

  bytesTest('a refused message takes nothing from the ones before and after', async () => {
    const { client, server } = await meet(family);
    const before = client.wrap(text);
    const first = server.unwrap(before).message;
    expect(() => server.unwrap(before.subarray(0, -1))).toThrow();
    const sealed = client.wrap(text);
    expect(() => client.wrap(text, { encrypt: 1 as unknown as boolean })).toThrow(TypeError);
    expect(first).toEqual(text);
    if (!isNtlm) expect(server.unwrap(sealed).message).toEqual(text);
  });

  bytesTest('the memory of a short message cannot be transferred away with others', async () => {
    const { client, server } = await meet(family);
    const sealed = client.wrap(text);
    expect(() => structuredClone(sealed, { transfer: [sealed.buffer as ArrayBuffer] })).toThrow(
      expect.objectContaining({ name: 'DataCloneError' }),
    );
    expect(server.unwrap(sealed).message).toEqual(text);
  });
});
