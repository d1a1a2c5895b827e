/** The same numbers in every run: a failure can be repeated. (mulberry32) */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) % below) as number;
  };
}

type Mutation = (bytes: Buffer, random: (below: number) => number) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random(bytes.length);
    bytes.writeUInt8((bytes[at] as number) ^ (1 << random(8)), at);
    return bytes;
  },
  function replaceByte(bytes, random) {
    bytes.writeUInt8(random(256), random(bytes.length));
    return bytes;
  },
  function largestLength(bytes, random) {
    bytes.fill(0xff, random(bytes.length)).subarray(0, 4);
    return bytes;
  },
  function cutEnd(bytes, random) {
    return bytes.subarray(0, random(bytes.length));
  },
  function cutStart(bytes, random) {
    return bytes.subarray(1 + random(bytes.length));
  },
  function extend(bytes, random) {
    return Buffer.concat([bytes, Buffer.alloc(1 + random(5000), random(256))]);
  },
  function repeatPart(bytes, random) {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
  },
  function noise(bytes, random) {
    return Buffer.from(bytes.map(() => random(256)));
  },
];

/** A copy that differs from the original. */
export function mutated(original: Buffer, random: (below: number) => number): Buffer {
  for (;;) {
    let bytes: Buffer = Buffer.from(original);
    for (let count = 1 + random(3); count > 0 && bytes.length > 0; count--) {
      bytes = (mutations[random(mutations.length)] as Mutation)(bytes, random);
    }
    if (!bytes.equals(original)) return bytes;
  }
}
