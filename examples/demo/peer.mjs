// What the client and the server have in common once they are connected.

import { receiveFile, sendFile } from './file.mjs';
import { shakeHands } from './handshake.mjs';
import { measureMemory } from './memory.mjs';
import { receiveText, sendText } from './message.mjs';

/** One end of a connection: a context and its socket. */
export class Peer {
  #context;
  #connection;
  #bytesWritten = 0;

  async establish(context, connection, options) {
    this.hangUp();
    this.#context = context;
    this.#connection = connection;
    const { legs, failure } = await shakeHands(context, connection, options);
    if (failure) this.hangUp();
    return { legs, failure, facts: failure ? undefined : factsOf(context) };
  }

  /** The calls that both sides answer. */
  get calls() {
    return {
      sendText: (argument) => sendText(this.#context, this.#connection, argument),
      receiveText: () => receiveText(this.#context, this.#connection),
      sendFile: ({ path }) => sendFile(this.#context, this.#connection, path),
      receiveFile: () => receiveFile(this.#context, this.#connection),
      measureMemory,
      hangUp: () => this.hangUp(),
    };
  }

  /** @returns {number} the bytes written to the sockets until now */
  hangUp() {
    this.#bytesWritten += this.#connection?.bytesWritten ?? 0;
    this.#connection?.hangUp();
    this.#context?.close();
    this.#connection = undefined;
    return this.#bytesWritten;
  }
}

function factsOf(context) {
  return {
    package: context.package,
    flags: Object.entries(context.flags)
      .filter(([, granted]) => granted)
      .map(([name]) => name),
    expiry: context.expiry,
    sizes: context.queryAttribute('sizes'),
    userName: userNameOf(context),
  };
}

// Not every package tells.
function userNameOf(context) {
  try {
    return { name: context.queryAttribute('names').userName };
  } catch (error) {
    return { refusal: error.code };
  }
}
