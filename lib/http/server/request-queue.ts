/** The number of requests of one connection that may wait for their results. */
const MAX_LENGTH = 64;

/**
 * Runs the tasks of one connection in their order. The bound keeps clients that are not authenticated from filling
 * memory with pipelined requests.
 */
export class RequestQueue {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  get isFull(): boolean {
    return this.#length === MAX_LENGTH;
  }

  add<Value>(task: () => Promise<Value>): Promise<Value> {
    this.#length += 1;
    const result = this.#last.then(task);
    this.#last = result
      .catch(() => {})
      .then(() => {
        this.#length -= 1;
      });
    return result;
  }
}
