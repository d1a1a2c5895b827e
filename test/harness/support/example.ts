import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

export interface Example extends AsyncDisposable {
  /** What it has said first: where it listens. */
  readonly url: URL;
  /** The lines of its standard error. */
  readonly errors: string[];
}

/** Starts a service of examples/ as a process of its own. */
export async function startExample(name: string, args: readonly string[]): Promise<Example> {
  const child = spawn(process.execPath, [`examples/${name}/main.mjs`, ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'close').then(() => [])]);
  if (line === undefined) throw new Error(`The example has ended:\n${errors.join('\n')}`);
  return {
    url: new URL(line),
    errors,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}
