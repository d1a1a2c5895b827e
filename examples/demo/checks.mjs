/** What the demo claims, and whether it was true. */
export class Checks {
  #all = [];

  /** @param {string} claim */
  expect(claim, passed) {
    this.#all.push({ claim, passed: passed === true });
  }

  get all() {
    return this.#all;
  }

  get failed() {
    return this.#all.filter(({ passed }) => !passed);
  }
}
