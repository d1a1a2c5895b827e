/** Three digits, and no more than there are. */
export function short(value) {
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Of nanoseconds. */
export function time(nanoseconds) {
  if (Math.abs(nanoseconds) < 1e3) return `${short(nanoseconds)} ns`;
  return Math.abs(nanoseconds) < 1e6
    ? `${short(nanoseconds / 1e3)} µs`
    : `${short(nanoseconds / 1e6)} ms`;
}

export function bytes(count) {
  return count < 10_000 ? `${count} B` : `${Math.round(count / 1024)} KiB`;
}

/** Rows of cells as lines of text: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) =>
    column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]);
  return rows.map((row) => row.map(cell).join('  ')).join('\n');
}

/** The packages that were measured, each once: what the names in the tables stand for. */
export function packagesIn(results) {
  const all = Object.values(results).flatMap(({ ends }) => (ends ? [ends] : []));
  return [...new Map(all.map((ends) => [ends.title, ends])).values()];
}

/** What it was measured on. */
export function place({ node, cpu, cores, where }) {
  return `Windows Node ${node.slice(1)}${where === 'Wine' ? ' under Wine' : ''}, ${cores} cores of ${cpu}`;
}
