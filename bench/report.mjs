// A run, as people read it: ratios first.
import { disturbed } from './measure.mjs';
import { makesMemory, sizeName, sizes } from './sizes.mjs';
import { reached } from './targets.mjs';
import { bytes, packagesIn, place, short, table, time } from './text.mjs';

export function report({ machine, results }) {
  const all = Object.entries(results).map(([name, result]) => ({ name, ...result }));
  const of = (kind) => all.filter((result) => result.kind === kind);
  const parts = [
    `winsspi on ${place(machine)}.\n“×” is how often the same calls in C fit into the time: ` +
      '1.00 is as fast as the platform.',
    packagesIn(results)
      .map(({ title, ends }) => `${title}: ${ends}`)
      .join('\n'),
    messages(of('messages')),
    ...of('allocations').map(allocations),
    handshakes(of('handshake'), of('concurrency')),
    ...of('contexts').map(contexts),
    ...of('async').map(asynchronous),
    ...of('import').map(imports),
    ...of('tarball').map(tarball),
    peers(of('peers')),
    ...of('load').map(load),
    ...of('http').map(http),
    ...of('parts').map(calls),
    ...of('pieces').map(machinery),
    ...all.filter(({ failed }) => failed).map(({ name, failed }) => `${name} FAILED: ${failed}`),
    targetTable(results),
    disturbance(results),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function messages(list) {
  if (list.length === 0) return '';
  const title = ({ operation, ends }) => `${operation}, ${ends.title}`;
  const tableOf = (what, cell, shown = sizes) => {
    const points = (one) => one.points.filter(({ size }) => shown.includes(size));
    const cells = (one) => points(one).map((point) => (point.failed ? '-' : cell(point)));
    const head = [what, ...shown.map(sizeName)];
    return table([head, ...list.map((one) => [title(one), ...cells(one)])]);
  };
  const large = sizes.filter((size) => makesMemory('wrap', size));
  const ofLarge = list
    .filter(({ operation }) => makesMemory(operation, large[0]))
    .map((one) => [
      title(one),
      ...one.points
        .filter(({ size }) => large.includes(size))
        .flatMap(({ failed, withMemory, memory }) =>
          failed ? ['-', '-'] : [`${short(withMemory)} ×`, time(memory)],
        ),
    ]);
  const largeHead = large.flatMap((size) => [sizeName(size), 'memory']);
  return [
    tableOf('messages', ({ ratio }) => `${short(ratio)} ×`),
    ...(ofLarge.length > 0
      ? [table([['of C and new memory with a copy', ...largeHead], ...ofLarge])]
      : []),
    tableOf('C → ours', ({ raw, ours }) => `${time(raw)} → ${time(ours)}`),
    tableOf('above C', ({ above }) => time(above), [64, 1024, 16 * 1024]),
    list.flatMap(notMeasured).join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function notMeasured({ operation, ends, points }) {
  const reasons = new Set(points.map(({ failed }) => failed).filter(Boolean));
  return [...reasons].map((reason) => {
    const sizes = points
      .filter(({ failed }) => failed === reason)
      .map(({ size }) => sizeName(size));
    const of = sizes.length === points.length ? '' : ` of ${sizes.join(', ')}`;
    return `Not measured (-): ${operation}${of}, ${ends.title}: ${reason}`;
  });
}

function allocations({ ends, wrapInto, wrap, calls }) {
  return (
    `Allocated for a message of 64 B (${ends.title}): wrapInto ${wrapInto} B (${calls} calls), ` +
    `wrap ${wrap} B.`
  );
}

function handshakes(one, concurrent) {
  const row = (title, { ratio, raw, ours, above, withTurns }) => [
    title,
    `${short(ratio)} ×`,
    `${time(raw)} → ${time(ours)}`,
    `${time(above)} more`,
    `${short(withTurns.ratio)} × of C and ${withTurns.ways} ways to a thread of Node's own and back (${time(withTurns.raw)})`,
  ];
  const single = one.flatMap(({ ends, withCredentials, ...atHand }) => [
    row(`handshake and its credentials, ${ends.title}`, withCredentials),
    row(`handshake, credentials at hand, ${ends.title}`, atHand),
  ]);
  const many = concurrent.map(({ ends, raw, points }) => [
    `handshakes a second, ${ends.title}`,
    ...points.map(({ ratio }) => `${short(ratio)} ×`),
    ...points.map(({ perSecond }) => short(perSecond)),
    `${short(raw)} in C`,
  ]);
  const head = ['at a time', ...['1', '8', '64', '256'], ...['1', '8', '64', '256'], ''];
  return [single.length && table(single), many.length && table([head, ...many])]
    .filter(Boolean)
    .join('\n\n');
}

function contexts(result) {
  const { raw, ours } = result.microseconds;
  return (
    `${result.contexts} live contexts (${result.ends.title}): ${result.bytes} B each beyond the package's own ` +
    `${result.packagesOwn} B (native ${result.native}, JavaScript ${result.javascript}; resident ` +
    `${result.resident}); made in ${short(ours)} µs each, in C in ${short(raw)} µs.`
  );
}

function asynchronous({ ends, points }) {
  const rows = points.map(({ size, time: whole, loop, duplex, sync, async, busy }) => [
    sizeName(size),
    `${short(loop)} ×`,
    `${short(whole)} ×`,
    `${short(duplex)} ×`,
    `${time(sync)} → ${time(async)}`,
    time(busy),
  ]);
  const head = ['loop busy', 'time', 'both ways faster', 'wrap → wrapAsync', 'busy'];
  return table([[`wrapAsync, ${ends.title}`, ...head], ...rows]);
}

function imports({ import: imported, require }) {
  const line = (name, { ours, empty, files, addon, platform, above, aboveFiles }) =>
    `${name}: ${short(above)} ms above an empty module (${short(ours)} and ${short(empty)}), ` +
    `${short(aboveFiles)} ms above the same files without code of ours (${short(files)}); the addon ` +
    `alone: ${short(addon)} ms; one that needs secur32 at once: ${short(platform)} ms.`;
  return `${line('import', imported)}\n${line('require', require)}`;
}

function tarball({ size, unpacked, files }) {
  return `The tarball: ${bytes(size)}, ${files} files, ${bytes(unpacked)} unpacked.`;
}

function peers(list) {
  if (list.length === 0) return '';
  const cells = ({ cannot, ratio, milliseconds, longestBlock }) =>
    cannot
      ? ['-', '-', '-', cannot]
      : [`${short(ratio)} ×`, `${short(milliseconds)} ms`, `${short(longestBlock)} ms`, ''];
  const rows = list.flatMap(({ what, title, points }) =>
    points.map((point) => [`${what}${title ? ` (${title})` : ''}, ${point.name}`, ...cells(point)]),
  );
  return table([['peers', 'of winsspi', 'time', 'loop blocked', ''], ...rows]);
}

function load({ title: packageTitle, handshakes, milliseconds, points }) {
  const times = ({ alone, beside }, name) =>
    `${short(alone[name])} → ${short(beside[name])} ms (${short(beside[name] / alone[name])} ×)`;
  const rows = [
    ['event loop, 99th percentile', ({ p99 }) => `${short(p99)} ms`],
    ['event loop, longest', ({ max }) => `${short(max)} ms`],
    ['fs.readFile, without → with them', (point) => times(point, 'readFile')],
    ['dns.lookup, without → with them', (point) => times(point, 'lookup')],
    ['the longest of those', ({ beside }) => `${short(beside.longest)} ms`],
    ['all of them', ({ seconds }) => `${short(seconds)} s`],
  ];
  const title = `${handshakes} handshakes at a time, ${milliseconds} ms a call (${packageTitle})`;
  return table([
    [title, ...points.map(({ name }) => name)],
    ...rows.map(([what, cell]) => [what, ...points.map(cell)]),
  ]);
}

function http({ title, atATime, points }) {
  const rows = points.map(({ name, cannot, perSecond, meanDelay, longestDelay }) =>
    cannot
      ? [name, '-', '-', '-', cannot]
      : [name, short(perSecond), `${short(meanDelay)} ms`, `${short(longestDelay)} ms`, ''],
  );
  const head = ['a second', 'loop delay', 'longest', ''];
  return table([[`HTTP requests with a token, ${atATime} at a time (${title})`, ...head], ...rows]);
}

function calls({ points }) {
  const rows = points.map(({ name, nanoseconds }) => [name, time(nanoseconds)]);
  return table([['what a call is made of', ''], ...rows]);
}

function machinery({ ends, size, operations, points }) {
  const title = `nanoseconds that a piece earns (${ends.title}, ${sizeName(size)})`;
  const rows = points.map(({ what, without, earned }) => [
    `${what}; without: ${without}`,
    ...operations.map((operation) => earned[operation].toFixed(0)),
  ]);
  return table([[title, ...operations], ...rows]);
}

function targetTable(results) {
  const rows = reached(results).map((target) => [
    target.what,
    target.reached ? 'reached' : 'MISSED',
    short(target.value),
    target.least === undefined ? '' : short(target.least),
    `of ${target.limit} ${target.unit}`,
    target.packages.join(', '),
  ]);
  const head = ['targets', '', 'median', 'best round', '', 'measured with'];
  return rows.length > 0 ? table([head, ...rows]) : '';
}

function disturbance(results) {
  const { of, busy } = disturbed(results);
  if (busy === 0) return '';
  return (
    `Other work was going on: ${busy} of ${of} loops in C took more than 1.2 times the time of their ` +
    'best round. Only figures of a quiet machine say something.'
  );
}
