import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The client or the server, seen from the demo: a process that answers calls. */
export class Side {
  #child;
  #calls = new Map();
  #lastId = 0;
  #lastSign = 0;
  #end;
  /** @type {(bytes: number) => void} */
  onProgress = () => {};

  /** @param {'client' | 'server'} name */
  constructor(name) {
    this.name = name;
    const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
    this.#child = fork(script, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#take(message));
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('exit', (code, signal) =>
      this.#fail(new Error(`The ${name} process ended early (${signal ?? `exit code ${code}`}).`)),
    );
  }

  /**
   * Calls a function of the process.
   * @param {string} name
   * @param {object} [argument]
   * @param {number} [seconds] to wait for the result, or for the next sign of progress
   */
  call(name, argument, seconds = 30) {
    const id = ++this.#lastId;
    this.#lastSign = Date.now();
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => this.#checkDeadline(id, name, seconds), 1000);
      this.#calls.set(id, { resolve, reject, timer });
      if (this.#end) this.#settle(id, { error: this.#end });
      else this.#child.send({ id, name, argument });
    });
  }

  /** Says that the process is at work, though not with what it was asked last. */
  noteSign() {
    this.#lastSign = Date.now();
  }

  end() {
    this.#fail(new Error(`The ${this.name} process was ended.`));
    this.#child.kill();
    // Should it outlive that, the demo still ends.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  #take({ id, result, error, progress }) {
    this.#lastSign = Date.now();
    if (progress !== undefined) this.onProgress(progress);
    else this.#settle(id, { result, error: error && this.#errorOf(error) });
  }

  #errorOf({ name, code, message }) {
    return Object.assign(new Error(`The ${this.name} failed: ${message}`), { name, code });
  }

  #settle(id, { result, error }) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearInterval(call.timer);
    if (error) call.reject(error);
    else call.resolve(result);
  }

  #checkDeadline(id, name, seconds) {
    if (Date.now() - this.#lastSign < seconds * 1000) return;
    const error = new Error(`The ${this.name} did not answer to '${name}' in ${seconds} seconds.`);
    this.#settle(id, { error });
  }

  #fail(error) {
    this.#end ??= error;
    for (const id of [...this.#calls.keys()]) this.#settle(id, { error: this.#end });
  }
}
