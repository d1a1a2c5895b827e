// What the tests guard: costs above the raw call in units of a call of an addon that does nothing, so
// that a slow machine is slow in both.
import { packages, raw } from '../lab.mjs';
import { compare, timed } from '../measure.mjs';
import { sidesOf } from '../sides.mjs';

const effort = { rounds: 15, nanoseconds: 1e6, warmUp: 60 };
const sides = await sidesOf(packages.null);
const nothing = {
  run: (count) =>
    timed(() => {
      for (let i = 0; i < count; i++) raw.call();
    }),
};

const calls = {};
for (const operation of ['wrap', 'unwrap', 'wrapInto', 'encryptMessage', 'sign', 'verify']) {
  const { raw: inC, ours } = sides(operation, 64);
  const { raw: call, above: aboveCall } = await compare({ raw: nothing, ours }, effort);
  const { raw: inPackage } = await compare({ raw: inC, ours: nothing }, effort);
  calls[operation] = (aboveCall + call - inPackage) / call;
}
console.log(JSON.stringify(calls));
