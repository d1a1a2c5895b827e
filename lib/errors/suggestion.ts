/** Counts the letters to add, remove or replace to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** " Did you mean …?" where one of the valid words is near or starts the same, otherwise nothing. */
export function suggest(word: string, valid: readonly string[]): string {
  const lower = word.toLowerCase();
  const near = valid
    .map((candidate) => ({ candidate, steps: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
    .find(
      ({ candidate, steps }) =>
        steps <= 2 || (lower.length > 3 && candidate.toLowerCase().startsWith(lower)),
    );
  return near ? ` Did you mean '${near.candidate}'?` : '';
}

/** The words as an error lists them: `'a', 'b'`. */
export function quote(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}
