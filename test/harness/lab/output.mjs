import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const chunk = Buffer.allocUnsafe(1 << 20);

/**
 * Copies a file that a program still writes, as it grows. Wine's node.exe cannot write to a pipe,
 * so this is how its output arrives.
 * @param {string} path
 * @param {NodeJS.WriteStream} stream
 * @returns {() => Promise<void>} call it when the program has ended: copies the rest
 */
export function follow(path, stream) {
  const file = openSync(path, 'r');
  let ended = false;
  const copied = (async () => {
    while (true) {
      const last = ended;
      await drain(file, stream);
      if (last) break;
      await sleep(10);
    }
    closeSync(file);
  })();
  return () => {
    ended = true;
    return copied;
  };
}

// Nobody reads our output any more, as under `| head`: that is no failure, but the end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => process.exit(error.code === 'EPIPE' ? 141 : 74));
}

async function drain(file, stream) {
  for (let length = read(file); length > 0; length = read(file)) {
    if (!stream.write(Buffer.from(chunk.subarray(0, length)))) await once(stream, 'drain');
  }
}

function read(file) {
  return readSync(file, chunk, 0, chunk.length, null);
}
