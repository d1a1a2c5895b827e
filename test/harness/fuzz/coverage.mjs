// Which blocks of a JavaScript file were run since the last question, and about how often: V8's
// precise coverage, through the inspector.
import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

export class Coverage {
  #session = new Session();
  #url;

  /** @param {string} path of the file */
  constructor(path) {
    this.#url = pathToFileURL(path).href;
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** @returns {string[]} a name for each block, with how often it was run as a power of two */
  take() {
    const { result } = this.#post('Profiler.takePreciseCoverage');
    const files = result.filter(({ url }) => url === this.#url);
    const ranges = files.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges));
    return ranges
      .filter(({ count }) => count > 0)
      .map(
        ({ startOffset, endOffset, count }) => `${startOffset}-${endOffset}:${Math.clz32(count)}`,
      );
  }

  stop() {
    this.#session.disconnect();
  }

  // The answers come at once.
  #post(method, params) {
    let answer;
    this.#session.post(method, params, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  }
}
