// From the outer half into the inner one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const inside = fileURLToPath(new URL('inside.mjs', import.meta.url));
const unshare = [
  ...['unshare', '--net', '--uts', '--mount', '--pid'],
  ...['--fork', '--kill-child', '--mount-proc'],
];
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a job of the inner half in fresh namespaces.
 * @param {{ name: string, cache: string }} job
 * @param {(child: import('node:child_process').ChildProcess) => void} [onStart] gets its output,
 *   which is printed without it
 * @returns {Promise<number>} its exit code
 */
export async function enter(job, onStart) {
  const command = [...privilege(), ...unshare, process.execPath, inside];
  const output = onStart ? 'pipe' : 'inherit';
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', output, output] });
  child.stdin.on('error', () => {});
  // This pipe ends when this process ends, however it does, and then the inner half ends too.
  child.stdin.write(`${JSON.stringify(job)}\n`);
  onStart?.(child);
  return await endWith(child);
}

/** Awaits the inner half. A signal ends it first, and then this process as it would have anyway. */
async function endWith(child) {
  let received;
  const end = (signal) => {
    received = signal;
    child.stdin.end();
  };
  for (const signal of signals) process.on(signal, end);
  const [code] = await once(child, 'close');
  for (const signal of signals) process.off(signal, end);
  if (received) process.kill(process.pid, received);
  return code ?? 1;
}

function privilege() {
  if (process.getuid() !== 0) return ['sudo'];
  const CAP_SYS_ADMIN = 1n << 21n;
  const [, effective] = readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s*(\w+)/m);
  if (BigInt(`0x${effective}`) & CAP_SYS_ADMIN) return [];
  throw new Error(
    'The lab needs namespaces of its own, and this process has no right to make them ' +
      '(CAP_SYS_ADMIN). In Docker, start the container with --privileged.',
  );
}
