// Runs cases, each in a process of its own, and prints what came of each as a line of JSON. This is
// what the lab starts: inside.mjs [--quick] NAME…
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cases } from './cases.mjs';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const names = args.filter((name) => !name.startsWith('--'));

print({
  machine: {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    where: process.env.WINSSPI_LAB ? 'Wine' : 'Windows',
  },
});
for (const one of cases.filter(({ name }) => names.includes(name))) print(await run(one));

async function run({ name, module, args, flags }) {
  const script = fileURLToPath(new URL(`cases/${module}.mjs`, import.meta.url));
  const child = spawn(
    process.execPath,
    [...flags, script, ...args, ...(quick ? ['--quick'] : [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (part) => (output[stream] += part));
  }
  const [code] = await once(child, 'close');
  if (code !== 0) return { name, failed: lastLines(output.stderr) || `ended with ${code}` };
  return { name, ...JSON.parse(output.stdout) };
}

function lastLines(text) {
  return text.trim().split(/\r?\n/).slice(-12).join('\n');
}

function print(object) {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}
