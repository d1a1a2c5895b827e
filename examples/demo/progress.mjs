import { inMegabytes } from './text.mjs';

const barLength = 24;
const redrawAfter = 100; // milliseconds

/** Shows how far a transfer is: a line that is redrawn on a terminal, else one every 10 %. */
export class Progress {
  #columns;
  #start = performance.now();
  #lastDrawn = 0;
  #lastTenth = 0;
  #openLine = false;

  /** @param {number | undefined} columns of the terminal, where there is one */
  constructor(columns) {
    this.#columns = columns;
  }

  show(bytes, total) {
    if (this.#columns) this.#redraw(bytes, total);
    else this.#addLine(bytes, total);
  }

  /** Lets other text begin on a line of its own. */
  end() {
    if (this.#openLine) process.stdout.write('\n');
    this.#openLine = false;
  }

  #redraw(bytes, total) {
    const now = performance.now();
    if (bytes < total && now - this.#lastDrawn < redrawAfter) return;
    this.#lastDrawn = now;
    const filled = Math.round(share(bytes, total) * barLength);
    const bar = '#'.repeat(filled).padEnd(barLength, '.');
    const width = this.#columns - 1;
    const line = `  [${bar}] ${this.#words(bytes, total)}`.slice(0, width).padEnd(width);
    process.stdout.write(`\r${line}`);
    this.#openLine = true;
  }

  #addLine(bytes, total) {
    const tenth = Math.floor(share(bytes, total) * 10);
    if (tenth === this.#lastTenth) return;
    this.#lastTenth = tenth;
    process.stdout.write(`  ${this.#words(bytes, total)}\n`);
  }

  #words(bytes, total) {
    const percent = String(Math.floor(share(bytes, total) * 100)).padStart(3);
    const seconds = (performance.now() - this.#start) / 1000;
    const speed = (bytes / 1e6 / seconds).toFixed(1);
    return `${percent} %  ${inMegabytes(bytes)} of ${inMegabytes(total)} MB  ${speed} MB/s`;
  }
}

function share(bytes, total) {
  return total === 0 ? 1 : Math.min(1, bytes / total);
}
