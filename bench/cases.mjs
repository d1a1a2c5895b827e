// The list of the cases: each is a process of its own.
const operations = [
  'wrap',
  'unwrap',
  'wrapInto',
  'encryptMessage',
  'decryptMessage',
  'sign',
  'verify',
];
const packageNames = ['null', 'ntlm', 'kerberos'];

/** Arguments of node.exe where memory is counted: a heap that nothing is collected from meanwhile. */
const quietHeap = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

const each = (kind, module, flags = []) =>
  packageNames.map((name) => ({ name: `${kind}-${name}`, module, args: [kind, name], flags }));

/** @type {{ name: string, module: string, args: string[], flags: string[] }[]} */
export const cases = [
  ...operations.flatMap((operation) => each(operation, 'messages')),
  { name: 'allocations', module: 'allocations', args: [], flags: quietHeap },
  ...each('handshake', 'handshakes'),
  ...each('concurrency', 'concurrency'),
  { name: 'contexts', module: 'contexts', args: [], flags: ['--expose-gc'] },
  ...each('async', 'async'),
  { name: 'import', module: 'import', args: [], flags: [] },
  ...['enumerate', 'acquire', 'token', 'ntlm', 'negotiate', 'delay'].map((what) => ({
    ...{ name: `peers-${what}`, module: 'peers', args: [what], flags: [] },
  })),
  { name: 'peers-load', module: 'load', args: [], flags: [] },
  { name: 'http', module: 'http', args: [], flags: [] },
  { name: 'parts', module: 'parts', args: [], flags: [] },
  { name: 'pieces', module: 'pieces', args: [], flags: [] },
];

/** What runs on the machine itself, and not in the lab: it needs npm. */
export const tarball = 'tarball';

/** Those that words select: a name, or a part of one between its hyphens. No words: all. */
export function select(words) {
  const names = [...cases.map(({ name }) => name), tarball];
  const unknown = words.find((word) => !names.some((name) => matches(name, word)));
  if (unknown !== undefined) {
    throw new Error(`There is no case "${unknown}". The cases are ${names.join(', ')}.`);
  }
  return names.filter((name) => words.length === 0 || words.some((word) => matches(name, word)));
}

const matches = (name, word) => name === word || name.split('-').includes(word);
