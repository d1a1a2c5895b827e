// Two ways to do one thing, measured against each other: in short rounds that alternate, so that
// what disturbs the machine disturbs both.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Nanoseconds that a function takes. */
export function timed(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1e6;
}

/** How long it is measured, and how many milliseconds before that: `--quick` is for a first look. */
export const effort = (quick) =>
  quick
    ? { rounds: 9, nanoseconds: 1e6, warmUp: 70 }
    : { rounds: 41, nanoseconds: 2.5e6, warmUp: 250 };

/**
 * @typedef {{
 *   prepare?: (count: number) => void,
 *   run: (count: number) => number | Promise<number>,
 * }} Side does a number of operations, and gives the nanoseconds of all of them
 */

/** More than this between the median and the best round of a loop in C: something else had the machine. */
const mostVariation = 1.2;
const variation = ({ raw, least }) => raw / least.raw;

/**
 * Nanoseconds of one operation of each side, and the median of the ratios of the rounds. `least` has
 * the same of each side's best round: on a machine with other work it is nearer to the truth. With
 * `memory`, what an operation of ours cannot do without and the raw one does, there is also the ratio
 * to the two together. What was disturbed is measured again, and the quietest of three counts: by the
 * loop in C alone.
 * @param {{ raw: Side, ours: Side, memory?: Side }} sides
 * @param {{ rounds: number, nanoseconds: number, warmUp: number, most?: number }} effort `nanoseconds`
 *   of a round
 */
export async function compare(sides, effort) {
  let quietest = await compareOnce(sides, effort);
  for (let again = 0; again < 2 && variation(quietest) > mostVariation; again++) {
    const measured = await compareOnce(sides, effort);
    if (variation(measured) < variation(quietest)) quietest = measured;
  }
  return quietest;
}

async function compareOnce(sides, { rounds, nanoseconds, warmUp, most = 20_000 }) {
  const measured = [];
  for (const [name, side] of Object.entries(sides)) {
    const count = await calibrate(side, { nanoseconds, warmUp, most });
    measured.push({ name, side, count });
  }
  const times = Object.fromEntries(measured.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, side, count } of measured) times[name].push(await once(side, count));
  }
  const { memory } = times;
  return {
    ...(memory && {
      memory: median(memory),
      withMemory: median(
        times.ours.map((time, round) => time / (times.raw[round] + memory[round])),
      ),
    }),
    raw: median(times.raw),
    ours: median(times.ours),
    ratio: median(times.ours.map((time, round) => time / times.raw[round])),
    above: median(times.ours.map((time, round) => time - times.raw[round])),
    least: leastRatios(times),
  };
}

/**
 * Nanoseconds of one operation of each side in its best round: of many short ones, which alternate.
 * @param {Record<string, Side>} sides
 */
export async function leastOf(sides, { rounds = 300, count = 400, warmUp = 150 } = {}) {
  const all = Object.entries(sides);
  const least = Object.fromEntries(all.map(([name]) => [name, Number.POSITIVE_INFINITY]));
  const end = performance.now() + warmUp * all.length;
  while (performance.now() < end) for (const [, side] of all) await once(side, count);
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of all) least[name] = Math.min(least[name], await once(side, count));
    // What comes second may find memory that the first has left.
    all.reverse();
  }
  return least;
}

function leastRatios(times) {
  const [raw, ours] = [Math.min(...times.raw), Math.min(...times.ours)];
  const least = { raw, ours, ratio: ours / raw, above: ours - raw };
  if (!times.memory) return least;
  return { ...least, withMemory: ours / (raw + Math.min(...times.memory)) };
}

/** How many of the measured loops in C took much longer than they can, most of the time. */
export function disturbed(results) {
  const points = Object.values(results)
    .flatMap((result) => (result.kind === 'messages' ? result.points : [result]))
    .filter(({ least }) => least);
  return {
    of: points.length,
    busy: points.filter((point) => variation(point) > mostVariation).length,
  };
}

/** Nanoseconds of one operation. */
async function once(side, count) {
  side.prepare?.(count);
  return (await side.run(count)) / count;
}

// The count that a round needs. The way there also warms up: V8 has compiled what is hot by then.
// What prepares a run counts, for it may take much longer than what it is for.
async function calibrate(side, { nanoseconds, warmUp, most }) {
  let count = 1;
  const end = performance.now() + warmUp;
  while (performance.now() < end) {
    const each = await once(side, count);
    count = Math.max(1, Math.min(most, count * 2, Math.ceil(nanoseconds / each)));
  }
  return count;
}
