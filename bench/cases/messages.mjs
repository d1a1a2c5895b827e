// One message function of one package, over sizes: the raw loop and ours.
import { lab, logonTo, packages, pairOf, raw } from '../lab.mjs';
import { compare, effort, timed } from '../measure.mjs';
import { sizes } from '../sizes.mjs';

const [operation, name, mode] = process.argv.slice(2);
const packageName = packages[name];

/** What is prepared for a round may take so many bytes. */
const mostBytes = 32 * 1024 * 1024;

const { client, server } = await pairOf(packageName);
const stream = client.package !== 'NTLM';
const { securityTrailer, blockSize } = client.queryAttribute('sizes');
const pair = raw.open(raw.acquire(logonTo(packageName)), stream);

const points = [];
for (const size of sizes) {
  const most = Math.max(1, Math.min(20_000, Math.floor(mostBytes / (size + 1))));
  points.push({ size, ...(await measure(size, { ...effort(mode === '--quick'), most })) });
}
console.log(JSON.stringify({ kind: 'messages', operation, package: name, lab: !!lab, points }));

// gss-ntlmssp, behind the lab's NTLM, has no messages without a byte.
async function measure(size, options) {
  try {
    return await compare({ raw: rawSide(size), ours: ourSide(size) }, options);
  } catch (error) {
    if (size > 0) throw error;
    return { failed: error.message };
  }
}

function rawSide(size) {
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

function ourSide(size) {
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
        () => client.wrap(message),
        (sealed) => server.unwrap(sealed),
      );
    case 'decryptMessage':
      return prepared(
        () => toOpen(client.wrap(message)),
        (buffers) => server.decryptMessage(buffers),
      );
    case 'verify':
      return prepared(
        () => client.sign(message),
        (signature) => server.verify(message, signature),
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

function toOpen(sealed) {
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
