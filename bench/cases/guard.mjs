// What the tests guard: costs above the raw call in units of a call of an addon that does nothing, so
// that a slow machine is slow in both. The least of many short rounds, for others only make it more.
import { packages, raw } from '../lab.mjs';
import { timed } from '../measure.mjs';
import { sidesOf } from '../sides.mjs';

const rounds = 60;
const count = 500;
const warmUp = 250;
const sides = await sidesOf(packages.null);

const call = least(() => timed(() => repeat(count, () => raw.call())));
const calls = {};
for (const operation of ['wrap', 'unwrap', 'wrapInto', 'encryptMessage', 'sign', 'verify']) {
  const { raw: inC, ours } = sides(operation, 64);
  calls[operation] = (least(roundOf(ours)) - least(roundOf(inC))) / call;
}
console.log(JSON.stringify(calls));

function roundOf(side) {
  return () => {
    side.prepare?.(count);
    return side.run(count);
  };
}

/** Nanoseconds of one operation. */
function least(round) {
  for (const end = performance.now() + warmUp; performance.now() < end; ) round();
  return Math.min(...Array.from({ length: rounds }, round)) / count;
}

function repeat(times, operate) {
  for (let i = 0; i < times; i++) operate();
}
