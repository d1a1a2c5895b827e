import { expect, test } from 'vitest';
import { establishedPair } from '../support/handshake.js';

test('x', async () => {
  const { client, server } = await establishedPair();
  const { token, message } = client.wrapDetached(Buffer.from('hello'));
  expect(server.unwrapDetached({ token, message })).toEqual({
    message: Buffer.from('hello'),
    encrypted: true,
  });
});
