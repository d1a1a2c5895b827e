// A coverage-guided fuzzer of lib/http/headers.ts: an input that reaches a new block, or one more
// often than any before, is kept and changed further. V8 counts the blocks of JavaScript and does not
// look into regular expressions, so the changes know the grammar.
import { deepStrictEqual, ok } from 'node:assert';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readCorpus, writeCorpus } from './corpus.mjs';
import { Coverage } from './coverage.mjs';

/** The one file that they are in, as the package has it. */
const file = fileURLToPath(new URL('../../../dist/http/index.js', import.meta.url));

/** As lib/http/headers.ts has it. */
const LONGEST_HEADER = 0x10000 + 0x400;
/** Of the processor's time for a value, in microseconds: many times what the longest one takes. */
const MOST_TIME = 1_000_000;
/** Inputs that are kept have at most so many characters: more of the same reaches nothing new. */
const LONGEST_KEPT = 200;
/** Coverage is asked for after so many inputs, for the question is slow. */
const BATCH = 100;

/** What has to hold of any value of a header. */
function check({ formatChallenge, parseAuthorization, parseChallenges }, value) {
  const before = process.cpuUsage();
  const challenges = parseChallenges(value);
  const credentials = parseAuthorization(value);
  const { user, system } = process.cpuUsage(before);
  ok(user + system < MOST_TIME, 'a value is read in time that its length bounds');
  ok(value.length <= LONGEST_HEADER || challenges.length === 0, 'what is too long is not read');
  ok(!credentials || challenges.length === 1, 'there is one pair of credentials');
  if (credentials) deepStrictEqual(credentials, challenges[0]);
  for (const challenge of challenges) {
    ok(challenge.token === undefined || challenge.parameters === undefined, 'a token stands alone');
    // What was read can be written, and is then read as the same.
    deepStrictEqual(parseAuthorization(formatChallenge(challenge)), challenge);
  }
  const written = challenges.map(formatChallenge).join(', ');
  if (written.length <= LONGEST_HEADER) deepStrictEqual(parseChallenges(written), challenges);
}

const words = [
  ...['Negotiate', 'NTLM ', 'Basic ', 'realm', '=', '"', '\\', '\\"', ',', ', ', ' ', '\t', '=='],
  ...['oRQwEqADCgEB', '__proto__=', 'a=b', 'A="b"', '-._~+/', '\x00', '\x7f', '\xff', '\r\n'],
];

/** The same in every run with the seed. (mulberry32) */
function randomNumbers(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function changed(value, other, below) {
  const at = below(value.length + 1);
  const until = at + below(value.length - at + 1);
  const pieces = [
    () => words[below(words.length)],
    () => String.fromCharCode(below(256)),
    () => other.slice(below(other.length + 1)),
    () => value.slice(at, until).repeat(1 + below(4)),
    () => '',
    () => words[below(words.length)].repeat(1 + below(20)),
  ];
  const piece = pieces[below(pieces.length)]();
  return value.slice(0, at) + piece + value.slice(below(2) === 0 ? at : until);
}

/**
 * @param {{ seconds: number, seed: number, keep?: boolean }} what `keep` writes the inputs that
 *   reached something new to the repository's
 * @returns {{ executions: number, output: string[] }} `output` of a failure; empty: none
 */
export function fuzzHeaders({ seconds, seed, keep = false }) {
  const headers = createRequire(import.meta.url)(file);
  const coverage = new Coverage(file);
  const below = randomNumbers(seed);
  // A block is run more often in a batch than by one input.
  const seen = { alone: new Set(), inBatches: new Set() };
  const corpus = [];
  let executions = 0;
  let value = '';

  const run = (input) => {
    value = input;
    check(headers, input);
    executions += 1;
  };
  const isNew = (blocks, known) => {
    const before = known.size;
    for (const block of blocks) known.add(block);
    return known.size > before;
  };
  const learn = (input) => {
    run(input);
    if (isNew(coverage.take(), seen.alone) && input.length <= LONGEST_KEPT) corpus.push(input);
  };
  const any = () => corpus[below(corpus.length)];
  const someChange = () => {
    let input = any();
    for (let count = 1 + below(4); count > 0; count--) input = changed(input, any(), below);
    return below(10_000) === 0 ? input.repeat(1 + below(2000)) : input.slice(0, 2 * LONGEST_KEPT);
  };

  try {
    for (const input of ['', ...readCorpus('headers').map((bytes) => bytes.toString('latin1'))]) {
      learn(input);
    }
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const batch = Array.from({ length: BATCH }, someChange);
      for (const input of batch) run(input);
      if (isNew(coverage.take(), seen.inBatches)) batch.forEach(learn);
    }
  } catch (error) {
    return { executions, output: [`headers, seed ${seed}: ${JSON.stringify(value)}`, error.stack] };
  } finally {
    coverage.stop();
  }
  if (keep) {
    writeCorpus(
      'headers',
      corpus.filter((input) => input !== '').map((input) => Buffer.from(input, 'latin1')),
    );
  }
  return { executions, output: [] };
}
