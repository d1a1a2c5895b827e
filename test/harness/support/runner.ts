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
  /** A file that it writes in its folder. */
  file?: string;
}

/** Runs a program of Linux beside the domain (test/harness/lab/runner.mjs). */
export async function runOnLinux(
  program: 'curl' | 'python3' | 'samba-tool' | 'chromium',
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const { host, port } = theLab().runner;
  const socket = connect(port, host);
  await once(socket, 'connect');
  socket.write(`${JSON.stringify({ program, args, ...options })}\n`);
  const [line] = await once(createInterface({ input: socket }), 'line');
  return JSON.parse(line as string);
}
