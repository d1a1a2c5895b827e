import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Runs a case of the benchmark as `npm run bench -- --quick` does; gives what it measured. */
export async function runCase<Result>(name: string, ...flags: string[]): Promise<Result> {
  const script = fileURLToPath(new URL(`../../../bench/cases/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [...flags, script, '--quick'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(errors);
  return JSON.parse(output);
}
