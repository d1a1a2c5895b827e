import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { lab } from '../harness/support/lab.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(project, 'README.md'), 'utf8').replaceAll('\r\n', '\n');

/** The text of an example, by the name beside its fence. */
function example(name: string): string {
  const text = new RegExp(`^\`\`\`js ${name}\n([^]*?)^\`\`\``, 'm').exec(readme)?.[1];
  if (!text) throw new Error(`README.md has no example ${name}`);
  return text;
}

interface Running {
  readonly child: ChildProcess;
  /** All of the output so far. */
  readonly output: { stdout: string; stderr: string };
}

const children: ChildProcess[] = [];

function run(name: string): Running {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', example(name)], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  return { child, output };
}

/** Runs the client again until there is somebody who listens. */
async function runClient(): Promise<Running> {
  const client = run('client.mjs');
  await once(client.child, 'exit');
  return client.output.stderr.includes('ECONNREFUSED') ? runClient() : client;
}

afterEach(() => {
  for (const child of children) child.kill();
});

test('the examples have at most fifteen lines each', () => {
  for (const name of ['client.mjs', 'server.mjs']) {
    expect(example(name).trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  }
});

test('the client of the README sends a sealed message to the server of the README', async () => {
  const server = run('server.mjs');
  const said = once(server.child.stdout as NodeJS.ReadableStream, 'data');
  const client = runClient();
  await Promise.race([said, once(server.child, 'exit')]);
  expect(server.output).toEqual({ stdout: `${lab ? 'Kerberos' : 'NTLM'}: hello\n`, stderr: '' });
  server.child.kill();
  expect((await client).output.stdout).toBe('');
});

test('every name of the public API is in the README', async () => {
  const winsspi = await import('winsspi');
  const names = Object.keys(winsspi).filter((name) => !/^[A-Z]+_/.test(name) && name !== 'default');
  const missing = names.filter((name) => !readme.includes(name) && name !== 'SecurityContext');
  expect(missing).toEqual([]);
});
