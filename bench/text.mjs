/** Three digits, and no more than there are. */
export function short(value) {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Of nanoseconds. */
export function time(nanoseconds) {
  if (nanoseconds < 1e3) return `${short(nanoseconds)} ns`;
  return nanoseconds < 1e6 ? `${short(nanoseconds / 1e3)} µs` : `${short(nanoseconds / 1e6)} ms`;
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

export const packageTitles = { null: 'null cipher', ntlm: 'NTLM', kerberos: 'Kerberos' };

/** What it was measured on. */
export function place({ node, cpu, cores, where }) {
  return `Windows Node ${node.slice(1)}${where === 'Wine' ? ' under Wine' : ''}, ${cores} cores of ${cpu}`;
}
