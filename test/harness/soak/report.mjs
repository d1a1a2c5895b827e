// A stage, as people read it.
import { table } from '../../../bench/text.mjs';

const columns = {
  resident: megabytes,
  javascript: megabytes,
  native: megabytes,
  ...{ handles: String, threads: String },
  ...{ credentials: String, contexts: String, buffers: String, tokens: String },
};

export function report({ name, unit, seconds, nodesOwn, samples, grown }) {
  const all = samples.at(-1).done;
  const rows = samples.map((sample) => [
    `  ${Math.round((100 * sample.done) / all)} %`,
    sample.done.toLocaleString('en'),
    ...Object.entries(columns).map(([column, text]) => text(sample[column])),
  ]);
  const head = ['', unit, ...Object.keys(columns)];
  const notes = nodesOwn
    ? [
        `  (a worker without winsspi leaves ${nodesOwn.native} bytes native and ` +
          `${megabytes(nodesOwn.resident)} MB resident; so much is Node's own)`,
      ]
    : [];
  const verdict = grown.length === 0 ? 'flat' : `GROWS: ${grown.join('; ')}`;
  return [
    `${name}: ${all.toLocaleString('en')} ${unit} in ${Math.round(seconds)} s: ${verdict}`,
    table([head, ...rows]),
    ...notes,
  ].join('\n');
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(2);
}
