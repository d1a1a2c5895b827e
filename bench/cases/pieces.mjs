// What each piece of machinery earns: messages of 64 B with the library as it is, and with a build that
// lacks the piece, in rounds that alternate. Each pair of builds has processes of its own, for V8 may
// compile the same code in two ways.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { leastOf, median } from '../measure.mjs';
import { packages } from '../packages.mjs';
import { pieces } from '../pieces/list.mjs';

const builds = process.env.WINSSPI_BENCH_PIECES;
const [argument, turn] = process.argv.slice(2);
const operations = ['wrap', 'wrapInto', 'unwrap', 'encryptMessage', 'sign', 'verify'];
const size = 64;
const ends = packages.messages.null;

if (process.send) process.send(await measure(argument, Number(turn)));
else console.log(JSON.stringify(await measureAll(argument === '--quick' ? 2 : 8)));

async function measureAll(processes) {
  const runs = new Map(pieces.map(({ name }) => [name, []]));
  // Of all pieces in turn: what disturbs the machine disturbs all.
  for (let i = 0; i < processes; i++) {
    for (const [name, list] of runs) list.push(await runOne(name, i));
  }
  const points = pieces.map(({ name, what, without }) => {
    const earned = operations.map((operation) => {
      return [operation, median(runs.get(name).map((run) => run[operation]))];
    });
    return { name, what, without, earned: Object.fromEntries(earned) };
  });
  return { kind: 'pieces', package: 'null', ends, size, operations, points };
}

async function runOne(name, turn) {
  const child = fork(fileURLToPath(import.meta.url), [name, String(turn)]);
  const ended = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), ended]);
  await ended;
  if (typeof message !== 'object') throw new Error(`${name} ended with ${message}.`);
  return message;
}

/** Nanoseconds that a message takes more without the piece, by the operations. */
async function measure(name, turn) {
  const libraries = [
    ['ours', '../../dist/index.js'],
    ['without', pathToFileURL(join(builds, name, 'dist/index.js')).href],
  ];
  // Neither is the first to be loaded and compiled in every process.
  if (turn % 2 === 1) libraries.reverse();
  const earned = {};
  for (const operation of operations) {
    const sides = {};
    for (const [side, path] of libraries) sides[side] = await sideOf(path, operation);
    const least = await leastOf(sides);
    earned[operation] = least.without - least.ours;
  }
  return earned;
}

/** With a module of sides for it alone, so that V8 sees one library in it and one operation. */
async function sideOf(path, operation) {
  const { default: library } = await import(path);
  const { sidesOf } = await import(`../sides.mjs?${path}&${operation}`);
  await checkMessage(library);
  return (await sidesOf(ends, library))(operation, size).ours;
}

/** A build that lacks more than a piece measures nothing. */
async function checkMessage(library) {
  const { pairOf } = await import('../lab.mjs');
  const { client, server } = await pairOf(ends, library);
  const message = Buffer.from('a message');
  const target = Buffer.alloc(message.length + client.wrapOverhead);
  const sealed = [client.wrap(message), target.subarray(0, client.wrapInto(target, message))];
  for (const one of sealed) {
    if (!server.unwrap(one).message.equals(message)) throw new Error('The build is broken.');
  }
}
