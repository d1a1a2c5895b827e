// Runs stages one after the other, each in a process of its own, and prints what each had at its
// marks: run.mjs [--share SHARE] [WORD…]. Ends with 1 where something grows, or fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report } from './report.mjs';
import { named } from './stages.mjs';

const script = fileURLToPath(new URL('stage.mjs', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { share: { type: 'string', default: '1' } },
});

let bad = 0;
for (const name of named(positionals)) {
  const { output, failed } = await run(name, values.share);
  console.log(
    `${failed ? `${name}: FAILED\n${output.stderr}` : report(JSON.parse(output.stdout))}\n`,
  );
  if (failed || JSON.parse(output.stdout).grown.length > 0) bad += 1;
}
console.log(bad === 0 ? 'Nothing grows.' : `Growing or failed: ${bad} of the stages.`);
process.exitCode = bad === 0 ? 0 : 1;

async function run(name, share) {
  const child = spawn(process.execPath, [script, name, share], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of Object.keys(output)) {
    child[stream].setEncoding('utf8').on('data', (part) => (output[stream] += part));
  }
  const [code] = await once(child, 'close');
  // A process that crashes can have the code 0 all the same: only a result is a success.
  return { output, failed: code !== 0 || !output.stdout.endsWith('}\n') };
}
