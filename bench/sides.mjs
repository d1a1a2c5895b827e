// The message functions, each in the two ways that are measured against each other.
import { logonTo, pairOf, raw } from './lab.mjs';
import { timed } from './measure.mjs';
import { makesMemory } from './sizes.mjs';

/**
 * All is done by the client: it protects messages for the server, and opens those of the server.
 * @param {import('./packages.mjs').Ends} ends
 * @param {typeof import('../dist/index.mjs')} [library] another build of it
 * @returns {Promise<(operation: string, size: number) => { raw: Side, ours: Side, memory?: Side }>}
 */
export async function sidesOf(ends, library) {
  const { client, server } = await pairOf(ends, library);
  const stream = client.package !== 'NTLM';
  const { securityTrailer, blockSize } = client.queryAttribute('sizes');
  const pair = raw.open(raw.acquire(logonTo(ends)), stream);
  const both = { client, server, stream, securityTrailer, blockSize, pair };
  return (operation, size) => ({
    raw: rawSide(both, operation, size),
    ours: ourSide(both, operation, size),
    ...(makesMemory(operation, size) && { memory: newMemory(size) }),
  });
}

// A copy of the message in it, which is what both of ours do first.
function newMemory(size) {
  const message = Buffer.alloc(size, 'message');
  const copy = () => Buffer.allocUnsafeSlow(size).set(message);
  return { run: (count) => timed(() => repeat(count, copy)) };
}

function rawSide({ pair }, operation, size) {
  switch (operation) {
    case 'unwrap':
    case 'decryptMessage':
      return {
        prepare: (count) => raw.seal(pair, size, count),
        run: () => raw.decrypt(pair),
      };
    case 'sign':
      return { run: (count) => raw.makeSignature(pair, size, count) };
    case 'verify':
      return {
        prepare: (count) => raw.sign(pair, size, count),
        run: () => raw.verifySignature(pair),
      };
    default:
      return { run: (count) => raw.encrypt(pair, size, count) };
  }
}

function ourSide(both, operation, size) {
  const { client, server, securityTrailer, blockSize } = both;
  const message = Buffer.alloc(size, 'message');
  switch (operation) {
    case 'wrap':
      return { run: (count) => timed(() => repeat(count, () => client.wrap(message))) };
    case 'wrapInto': {
      const target = Buffer.alloc(size + client.wrapOverhead);
      return { run: (count) => timed(() => repeat(count, () => client.wrapInto(target, message))) };
    }
    case 'encryptMessage': {
      const buffers = [
        { type: 2, data: Buffer.alloc(securityTrailer) },
        { type: 1, data: message },
        { type: 9, data: Buffer.alloc(blockSize) },
      ];
      return { run: (count) => timed(() => repeat(count, () => client.encryptMessage(buffers))) };
    }
    case 'sign':
      return { run: (count) => timed(() => repeat(count, () => client.sign(message))) };
    case 'unwrap':
      return prepared(
        () => server.wrap(message),
        (sealed) => client.unwrap(sealed),
      );
    case 'decryptMessage':
      return prepared(
        () => toOpen(both, server.wrap(message)),
        (buffers) => client.decryptMessage(buffers),
      );
    case 'verify':
      return prepared(
        () => server.sign(message),
        (signature) => client.verify(message, signature),
      );
  }
}

/** The operation is one on what was prepared for it, in the same order. */
function prepared(make, operate) {
  let list = [];
  return {
    prepare: (count) => {
      list = Array.from({ length: count }, make);
    },
    run: () =>
      timed(() => {
        for (const one of list) operate(one);
      }),
  };
}

function repeat(count, operate) {
  for (let i = 0; i < count; i++) operate();
}

function toOpen({ stream, securityTrailer }, sealed) {
  if (stream) {
    return [
      { type: 10, data: sealed },
      { type: 1, data: null },
    ];
  }
  return [
    { type: 2, data: sealed.subarray(0, securityTrailer) },
    { type: 1, data: sealed.subarray(securityTrailer) },
  ];
}
