// Throughput against the size of messages, as an SVG that is readable on light and on dark.
import { sizeName } from './sizes.mjs';
import { place } from './text.mjs';

const width = 820;
const height = 420;
const area = { left: 70, right: 560, top: 50, bottom: 340 };
const series = [
  { name: 'kerberos', color: '#2f81f7' },
  { name: 'ntlm', color: '#d4760a' },
];

/** @param {{ machine: object, results: Record<string, any> }} run with the cases of wrap */
export function plot({ machine, results }) {
  const lines = series.flatMap(({ name, color }) => {
    const { ends, points } = results[`wrap-${name}`];
    const sealed = points.filter(({ size, failed }) => size > 0 && !failed);
    const of = (key) => sealed.map((point) => [point.size, (point.size * 1e3) / point[key]]);
    return [
      { title: `${ends.title}, C`, color, dashes: '5 4', points: of('raw') },
      { title: `${ends.title}, wrap`, color, points: of('ours') },
    ];
  });
  const axes = axesOf(lines.flatMap(({ points }) => points));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    '<title id="title">Throughput of wrap and of EncryptMessage in C against the size of the message</title>',
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    text(area.left, 28, 'Megabytes a second sealed, by the size of the message', 'class="head"'),
    ...grid(axes),
    ...lines.map((line) => curve(line, axes)),
    ...lines.map(legend),
    text(area.left, height - 14, place(machine), 'class="note"'),
    '</svg>\n',
  ].join('\n');
}

const style = [
  'text{font:13px system-ui,sans-serif;fill:#1f2328}',
  '.head{font-size:15px;font-weight:600}.note{font-size:11px;opacity:.75}',
  '.ground{fill:#fff}.grid{stroke:#8b949e;stroke-opacity:.3}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}}',
].join('');

// Both logarithmic.
function axesOf(points) {
  const sizes = points.map(([size]) => size);
  const rates = points.map(([, rate]) => rate);
  const scale = (least, most, from, to) => (value) =>
    from + ((Math.log(value) - Math.log(least)) / (Math.log(most) - Math.log(least))) * (to - from);
  const [least, most] = [nice(Math.min(...rates), Math.floor), nice(Math.max(...rates), Math.ceil)];
  const wide = [Math.min(...sizes), Math.max(...sizes)];
  return {
    x: scale(...wide, area.left, area.right),
    y: scale(least, most, area.bottom, area.top),
    sizes: [...new Set(sizes)],
    rates: ticks(least, most),
  };
}

/** The next number that begins with 1, 2 or 5. */
function nice(value, round) {
  const steps = [1, 2, 5].flatMap((digit) =>
    [...Array(9).keys()].map((exponent) => digit * 10 ** (exponent - 2)),
  );
  const sorted = [...steps].sort((a, b) => a - b);
  return round === Math.floor
    ? sorted.findLast((step) => step <= value)
    : sorted.find((step) => step >= value);
}

function ticks(least, most) {
  const list = [];
  for (let tick = least; tick <= most; tick = nice(tick * 1.5, Math.ceil)) list.push(tick);
  return list;
}

function grid({ x, y, sizes, rates }) {
  const { left, right, top, bottom } = area;
  const line = (x1, y1, x2, y2) =>
    `<line class="grid" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;
  return [
    ...sizes.flatMap((size) => [
      line(x(size), top, x(size), bottom),
      text(x(size), bottom + 20, sizeName(size), 'text-anchor="middle"'),
    ]),
    ...rates.flatMap((rate) => [
      line(left, y(rate), right, y(rate)),
      text(left - 8, y(rate) + 4, String(rate), 'text-anchor="end"'),
    ]),
  ];
}

function curve({ points, color, dashes }, { x, y }) {
  const path = points.map(([size, rate]) => `${at(x(size))},${at(y(rate))}`).join(' ');
  const dashed = dashes ? ` stroke-dasharray="${dashes}"` : '';
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2.5"${dashed}/>`;
}

function legend({ title, color, dashes }, index) {
  const y = area.top + 20 + index * 26;
  const x = area.right + 18;
  const dashed = dashes ? ` stroke-dasharray="${dashes}"` : '';
  return (
    `<line x1="${x}" y1="${y}" x2="${x + 30}" y2="${y}" stroke="${color}" stroke-width="2.5"${dashed}/>` +
    text(x + 38, y + 4, title)
  );
}

function text(x, y, words, attributes = '') {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${at(x)}" y="${at(y)}"${attributes && ` ${attributes}`}>${escaped}</text>`;
}

function at(value) {
  return String(Math.round(value * 10) / 10);
}
