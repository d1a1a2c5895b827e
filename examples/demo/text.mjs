// Facts as words.

export const inMegabytes = (bytes) => (bytes / 1e6).toFixed(1);

export const inBytes = (count) => (count === 1 ? '1 byte' : `${count} bytes`);

/** Hexadecimal digits in pairs. */
export const inPairs = (hex) => hex.match(/../g)?.join(' ') ?? '';

/** Words one after the other, in lines of at most 80 columns. */
export function paragraph(words, indent) {
  const lines = [];
  let line = '';
  for (const word of words) {
    if (line && indent.length + line.length + 1 + word.length > 80) {
      lines.push(line);
      line = '';
    }
    line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((text) => indent + text);
}
