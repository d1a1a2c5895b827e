const directions = ['toServer', 'toClient'];

/** Looks for byte sequences in the two streams of the wire, also across the borders of chunks. */
export class Search {
  #needles;
  #overlap;
  #tails = Object.fromEntries(directions.map((direction) => [direction, Buffer.alloc(0)]));
  #found = new Set();

  /** @param {Record<string, Buffer>} needles what to look for, by names of the caller's */
  constructor(needles) {
    this.#needles = Object.entries(needles);
    this.#overlap = Math.max(0, ...this.#needles.map(([, bytes]) => bytes.length - 1));
  }

  /** @returns {boolean} whether the one of that name has been seen */
  has(name) {
    return this.#found.has(name);
  }

  /** How many of all have been seen. */
  get count() {
    return this.#found.size;
  }

  /** @param {'toServer' | 'toClient'} direction */
  feed(direction, chunk) {
    const tail = this.#tails[direction];
    this.#look(Buffer.concat([tail, chunk.subarray(0, this.#overlap)]));
    this.#look(chunk);
    const end = Buffer.concat([tail, chunk.subarray(-this.#overlap)]);
    this.#tails[direction] = this.#overlap > 0 ? end.subarray(-this.#overlap) : tail;
  }

  #look(bytes) {
    for (const [name, needle] of this.#needles) {
      if (!this.#found.has(name) && bytes.includes(needle)) this.#found.add(name);
    }
  }
}
