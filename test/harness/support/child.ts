import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module's text in a process of its own, in the project's folder. */
export async function runModule(
  text: string,
  { program = process.execPath, args = [], last = [], env = {} }: Partial<ChildOptions> = {},
): Promise<Ended> {
  const child = spawn(program, [...args, '--input-type=module', '--eval', text, ...last], {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      output[name] += part;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...output };
}

interface ChildOptions {
  program: string;
  args: string[];
  /** Arguments behind the text. */
  last: string[];
  env: Record<string, string>;
}
