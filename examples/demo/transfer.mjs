import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { chunkLength } from './file.mjs';
import { measureMemory } from './memory.mjs';
import { Search } from './search.mjs';

const sampleLength = 32;
const sampleCount = 16;

// More than garbage that waits for its collection.
const tolerableGrowth = 48 * 1024 * 1024;

/**
 * Sends a file through the wire.
 * @param {{ onProgress: (bytes: number, total: number) => void }} options
 */
export async function transfer({ client, server, relay, path, onProgress, checks }) {
  const { size } = await stat(path);
  const samples = await takeSamples(path, size);
  const search = new Search(samples);
  const memory = new Memory({ client, server });
  server.onProgress = (bytes) => {
    client.noteSign();
    onProgress(bytes, size);
    if (bytes >= size / 10) memory.start();
  };
  relay.watch(search);
  const relayedBefore = relay.bytes.toServer;
  const start = performance.now();
  const [sent, received] = await Promise.all([
    client.call('sendFile', { path }),
    server.call('receiveFile'),
  ]);
  const seconds = (performance.now() - start) / 1000;
  relay.unwatch(search);
  onProgress(received.bytes, size);
  const file = {
    name: basename(path),
    bytes: size,
    chunkLength,
    sent,
    received: { bytes: received.bytes, sha256: received.sha256 },
    seconds,
    megabytesPerSecond: received.bytes / 1e6 / seconds,
    relayed: relay.bytes.toServer - relayedBefore,
    samples: { count: Object.keys(samples).length, length: sampleLength, found: search.count },
    memory: await memory.finish(),
  };
  check(file, received.announced, checks);
  return file;
}

function check({ bytes, sent, received, samples, memory }, announced, checks) {
  checks.expect(
    'the server opened as many bytes as the client sealed',
    received.bytes === sent.bytes && received.bytes === announced.bytes,
  );
  checks.expect(
    'the SHA-256 of what was opened is that of what was sent',
    received.sha256 === sent.sha256 && received.sha256 === announced.sha256,
  );
  if (samples.count > 0) {
    checks.expect('no sample of the file is on the wire', samples.found === 0);
  }
  if (bytes < 2 * tolerableGrowth) return;
  checks.expect(
    'no process grows with the file',
    Object.values(memory).every(({ growth }) => growth < tolerableGrowth),
  );
}

/** Pieces of the file, from places between its start and its end. A short file has none. */
async function takeSamples(path, size) {
  if (size < sampleLength) return {};
  const file = await open(path);
  const samples = {};
  for (let index = 0; index < sampleCount; index++) {
    const position = Math.floor(((size - sampleLength) * index) / (sampleCount - 1));
    const buffer = Buffer.alloc(sampleLength);
    await file.read(buffer, 0, sampleLength, position);
    samples[position] = buffer;
  }
  await file.close();
  return samples;
}

/** The peak memory of the three processes, from a first measurement to the last. */
class Memory {
  #sides;
  #before;

  constructor(sides) {
    this.#sides = sides;
  }

  /** The first measurement, once. */
  start() {
    if (this.#before) return;
    this.#before = this.#measure();
    this.#before.catch(() => {}); // Where a process has died, the transfer itself reports it.
  }

  async finish() {
    const before = await this.#before;
    const peaks = await this.#measure();
    return Object.fromEntries(
      Object.entries(peaks).map(([name, peak]) => [
        name,
        { peak, growth: before && peak - before[name] },
      ]),
    );
  }

  async #measure() {
    const { client, server } = this.#sides;
    const [here, there] = await Promise.all([
      client.call('measureMemory'),
      server.call('measureMemory'),
    ]);
    return { client: here, server: there, wire: measureMemory() };
  }
}
