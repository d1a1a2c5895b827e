// Messages of a context that stays: sealed and opened, signed, detached, asynchronous, tampered with.

import { pairOf } from '../../../../bench/lab.mjs';
import { packages } from '../../../../bench/packages.mjs';
import { MessageAlteredError } from '../../../../dist/index.mjs';

const sizes = [1, 16, 64, 300, 1024];
const messages = sizes.map((size) => Buffer.alloc(size, 'message'));
const large = Buffer.alloc(64 << 10, 'large');

/** @param {{ name: string, altered: boolean }} options `altered`: a refused message spoils no later one */
export const messagesOf = ({ name, altered }) => ({
  unit: 'messages',
  count: 1_000_000,
  atOnce: 1000,
  async open() {
    const { client, server } = await pairOf(packages.handshakes[name]);
    return {
      async run(count) {
        for (let i = 0; i < count; i += 2) {
          exchange(client, server, i);
          exchange(server, client, i);
        }
        await exchangeAsync(client, server);
        if (altered) refuseAltered(client, server);
      },
      close() {
        client.close();
        server.close();
      },
    };
  },
});

function exchange(from, to, i) {
  const message = messages[i % messages.length];
  if (i % 10 === 2) {
    to.unwrapDetached(from.wrapDetached(message));
  } else if (i % 10 === 4) {
    to.verify(message, from.sign(message));
  }
  const opened = to.unwrap(from.wrap(message)).message;
  if (opened.length !== message.length) throw new Error('Another message was opened.');
}

async function exchangeAsync(from, to) {
  const { message } = await to.unwrapAsync(await from.wrapAsync(large));
  if (!message.equals(large)) throw new Error('Another message was opened.');
}

// A message that arrives altered is refused, and opened when it arrives as it was.
function refuseAltered(from, to) {
  const sealed = from.wrap(messages[2]);
  const altered = Buffer.from(sealed);
  altered[altered.length - 1] ^= 1;
  try {
    to.unwrap(altered);
  } catch (error) {
    if (!(error instanceof MessageAlteredError)) throw error;
    to.unwrap(sealed);
    return;
  }
  throw new Error('An altered message was opened.');
}
