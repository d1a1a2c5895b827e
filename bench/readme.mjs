// The section "Speed" of README.md, between its two markers: ratios, and what they were measured on.
import { sizeName } from './sizes.mjs';
import { bytes, packagesIn, place, short } from './text.mjs';

const begin = '<!-- npm run bench -- --update: begin -->';
const end = '<!-- npm run bench -- --update: end -->';

const sizes = [64, 1024, 16 * 1024, 1024 * 1024];
const operations = [
  'wrap',
  'unwrap',
  'wrapInto',
  'encryptMessage',
  'decryptMessage',
  'sign',
  'verify',
];

/** The text of README.md with what is between the markers made from a run. */
export function withTable(readme, run) {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} and ${end}.`);
  return `${readme.slice(0, from)}${begin}\n${section(run)}\n${readme.slice(to)}`;
}

function section({ machine, results }) {
  return [
    ...messages(results),
    '',
    ...packagesIn(ofMessages(results)).map(({ title, ends }) => `- **${title}**: ${ends}`),
    '',
    'The same as throughput: [docs/throughput.svg](docs/throughput.svg). The whole run, and what of it is',
    "the platform's own: [docs/speed.md](docs/speed.md).",
    '',
    ...facts(results),
    '',
    `Measured on ${place(machine)}.`,
  ].join('\n');
}

const names = ['ntlm', 'kerberos'];

/** The cases whose figures the table has. */
const ofMessages = (results) =>
  Object.fromEntries(
    operations.flatMap((operation) =>
      names.map((name) => [`${operation}-${name}`, results[`${operation}-${name}`]]),
    ),
  );

function messages(results) {
  const columns = names.flatMap((name) => sizes.map((size) => ({ name, size })));
  const title = (name) => results[`wrap-${name}`].ends.title;
  const head = columns.map(({ name, size }) => `${title(name)}, ${sizeName(size)}`);
  const rows = operations.map((operation) => {
    const cells = columns.map(({ name, size }) => {
      const point = results[`${operation}-${name}`].points.find((one) => one.size === size);
      return point.failed ? '' : short(point.ratio);
    });
    return [`\`${operation}\``, ...cells];
  });
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(['', ...head]), line(['---', ...columns.map(() => '---:')]), ...rows.map(line)];
}

function facts(results) {
  const each = (ratio) =>
    names
      .map((name) => results[`handshake-${name}`])
      .map((handshake) => `${handshake.ends.title} ${short(ratio(handshake))}`)
      .join(', ');
  const { allocations, contexts, tarball } = results;
  return [
    '- `wrap` and `unwrap` return new memory, and the system takes time to provide each page of it. Of C that makes such ' +
      `memory too, \`wrap\` of 1 MiB takes: ${newMemory(results)} times. \`wrapInto\` works in memory of yours.`,
    `- A handshake of both ends with its credentials: ${each(({ withCredentials }) => withCredentials.ratio)} times the same calls in C. ` +
      `With credentials at hand: ${each(({ ratio }) => ratio)} times; ` +
      `${each(({ withTurns }) => withTurns.ratio)} times them with the way to a thread of Node's own and back for each.`,
    `- \`wrapInto\` allocates ${allocations.wrapInto} bytes a message (${allocations.ends.title}).`,
    `- A live context takes ${contexts.bytes} bytes beyond what the package takes (${contexts.ends.title}).`,
    `- The Async twins keep the event loop for a shorter time than the others ${fromSizes(results)}.`,
    `- The import takes ${short(results.import.import.above)} ms more than that of an empty module.`,
    ...peers(results),
    `- The tarball has ${bytes(tarball.size)}.`,
  ];
}

function newMemory(results) {
  return names
    .map((name) => results[`wrap-${name}`])
    .map(({ ends, points }) => `${ends.title} ${short(points.at(-1).withMemory)}`)
    .join(', ');
}

function fromSizes(results) {
  const words = names.map((name) => {
    const { ends, points } = results[`async-${name}`];
    const size = asyncFrom(points);
    return `${ends.title} ${size === undefined ? 'at no size up to 1 MiB' : `from ${sizeName(size)}`}`;
  });
  return `with ${words.join(' and with ')}`;
}

/** The size from which on the loop is busy for a shorter time. */
export function asyncFrom(points) {
  const last = points.findLastIndex(({ loop }) => loop >= 1);
  return points[last + 1]?.size;
}

function peers(results) {
  const { points } = results['peers-delay'];
  const blocked = points.filter(({ longestBlock }) => longestBlock !== undefined);
  const words = blocked.map(({ name, longestBlock }) => `${name} ${short(longestBlock)} ms`);
  return [
    `- While a step waits 50 ms for the package, the event loop stands still for: ${words.join(', ')}.`,
  ];
}
