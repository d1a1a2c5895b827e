import { groups, type Row, type Rows, type Subject } from './subjects.js';

// docs/proofs.md: the same bytes from the same tests.

/** A test that passed, or several that one `each` made. */
export interface Proof {
  /** From the project's folder, with slashes. */
  readonly file: string;
  /** Where in the file it was made. */
  readonly line: number;
  readonly name: string;
}

/** By subject, in the order of the files and within them. */
export type Proofs = ReadonlyMap<Subject, readonly Proof[]>;

/** How many tests a row names. */
const shown = 5;

const introduction = `# What the tests prove

\`npm test\` writes this file. Each row names tests that passed, under Windows Node on Wine, and that
fail where it is otherwise: a test says with \`proves()\` (\`test/harness/proofs\`) what that is. Most of
them run against the tests' own security packages. That those of Windows do the same is for Windows to
prove; the last column names what is more than that. [windows.md](windows.md) tells what runs here,
and what to expect there.
`;

/** Subjects that no test proves, and that do not say why. */
export function unproved(proofs: Proofs): string[] {
  return groups.flatMap(({ rows }) =>
    Object.entries(rows)
      .filter(([subject, { onWindows }]) => !proofs.has(subject as Subject) && !onWindows)
      .map(([subject]) => subject),
  );
}

export function tableOf(proofs: Proofs): string {
  const parts = groups.map(({ title, rows }) => `## ${title}\n\n${tableOfRows(rows, proofs)}`);
  return [introduction, ...parts].join('\n');
}

function tableOfRows(rows: Rows, proofs: Proofs): string {
  const lines = Object.entries(rows).map(([subject, row]) => {
    const tests = proofs.get(subject as Subject) ?? [];
    return [nameOf(subject, row), testsOf(tests), row.onWindows ?? ''];
  });
  const header = ['what', 'proved by', 'what only Windows can prove'];
  return [header, ['---', '---', '---'], ...lines].map(lineOf).join('');
}

function lineOf(cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell ? ` ${cell} |` : ' |')).join('')}\n`;
}

function nameOf(subject: string, { number, statement }: Row): string {
  if (statement !== undefined) return `**${subject}** ${statement}`;
  if (number === undefined) return subject;
  return `${subject} ${number < 0x50 ? number : `0x${number.toString(16).toUpperCase()}`}`;
}

function testsOf(tests: readonly Proof[]): string {
  const places = Map.groupBy(tests, ({ file, line }) => `${file}:${line}`);
  const proofs = spread([...places.values()]);
  const parts = [...Map.groupBy(proofs, ([first]) => first?.file)].map(
    ([file = '', group]) =>
      `[${file.replace('test/', '')}](../${file}): ${group.map(quoted).join(', ')}`,
  );
  const rest = places.size - proofs.length;
  if (rest > 0) parts.push(`and ${rest} more`);
  return parts.join('<br>');
}

function quoted([first, ...others]: readonly Proof[]): string {
  const name = `“${escaped(first?.name ?? '')}”`;
  return others.length > 0 ? `${name} and ${others.length} like it` : name;
}

/** So many of them, the first of each file before the second: files show different things. */
function spread(proofs: readonly Proof[][]): Proof[][] {
  const inFile = Map.groupBy(proofs, ([first]) => first?.file);
  const rank = (proof: Proof[]) => inFile.get(proof[0]?.file)?.indexOf(proof) ?? 0;
  const chosen = new Set(proofs.toSorted((a, b) => rank(a) - rank(b)).slice(0, shown));
  return proofs.filter((proof) => chosen.has(proof));
}

function escaped(text: string): string {
  return text.replace(/[\\|<*`[]/g, '\\$&');
}
