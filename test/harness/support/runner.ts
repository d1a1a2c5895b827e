import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { theLab } from './lab.js';

export interface Ran {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** What it has written, in base64. */
  readonly file?: string;
}

interface RunOptions {
  /** Whose tickets the program has. Default: nobody's. */
  user?: 'alice' | 'bob' | 'nobody';
  input?: string;
  /** What it finds in its folder: texts by the names of files. */
  files?: Readonly<Record<string, string>>;
  /** A file that it writes in its folder. */
  file?: string;
}

type Program = 'curl' | 'python3' | 'samba-tool' | 'chromium' | 'nginx';

/** Runs a program of Linux beside the domain (test/harness/lab/runner.mjs). */
export async function runOnLinux(
  program: Program,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return (await startOnLinux(program, args, options)).ended;
}

export interface Started extends Disposable {
  readonly ended: Promise<Ran>;
}

/** The same, of a program that runs until it is disposed of. */
export async function startOnLinux(
  program: Program,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Started> {
  const { host, port } = theLab().runner;
  const socket = connect(port, host);
  await once(socket, 'connect');
  socket.write(`${JSON.stringify({ program, args, ...options })}\n`);
  const line = once(createInterface({ input: socket }), 'line');
  return {
    ended: line.then(([text]) => JSON.parse(text as string)),
    [Symbol.dispose]: () => socket.destroy(),
  };
}
