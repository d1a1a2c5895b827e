// What the tests guard: costs above the raw call in units of a call of an addon that does nothing, so
// that a slow machine is slow in both. The least of many short rounds, for others only make it more.
import { raw } from '../lab.mjs';
import { leastOf, timed } from '../measure.mjs';
import { packages } from '../packages.mjs';
import { sidesOf } from '../sides.mjs';

const count = 500;
const sides = await sidesOf(packages.messages.null);

const effort = { rounds: 60, count, warmUp: 250 };
const empty = { run: () => timed(() => repeat(count, () => raw.call())) };
const { call } = await leastOf({ call: empty }, effort);
const calls = {};
for (const operation of ['wrap', 'unwrap', 'wrapInto', 'encryptMessage', 'sign', 'verify']) {
  const { ours, raw: inC } = await leastOf(sides(operation, 64), effort);
  calls[operation] = (ours - inC) / call;
}
console.log(JSON.stringify(calls));

function repeat(times, operate) {
  for (let i = 0; i < times; i++) operate();
}
