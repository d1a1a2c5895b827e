// Runs one stage and prints what it had at its marks, as JSON: stage.mjs NAME SHARE
import { provider } from './machine.mjs';
import { stages } from './stages.mjs';
import { growth, isAlive, sample, untilNothingIsAlive, warmUp } from './watch.mjs';

const [, , name, share = '1'] = process.argv;
const stage = await stages[name]();
const count = Math.ceil((stage.count * Number(share)) / stage.atOnce) * stage.atOnce;
const marks = [warmUp, 0.25, 0.5, 0.75, 1];

const work = await stage.open();
const samples = [];
const start = performance.now();
let done = 0;
for (const mark of marks) {
  while (done < mark * count) {
    await work.run(stage.atOnce);
    done += stage.atOnce;
    await settle();
  }
  samples.push({ done, ...(await sample()) });
}
work.close();
const seconds = (performance.now() - start) / 1000;
const { unit } = stage;
const { nodesOwn } = work;
const grown = growth(samples, nodesOwn);
console.log(JSON.stringify({ name, unit, seconds, nodesOwn, samples, grown }));

// The provider keeps a record of its calls, which grows. What is alive would be forgotten with it, and
// so would errors: with either, nothing is forgotten, and the figures show it.
async function settle() {
  await untilNothingIsAlive();
  if (!isAlive() && provider.counters().errors.length === 0) provider.reset();
}
