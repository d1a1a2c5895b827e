import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs a command to its end.
 * @param {string} name
 * @param {string[]} [args]
 * @param {{ cwd?: string, env?: Record<string, string>, input?: string }} [options]
 * @returns {Promise<string>} what it printed
 */
export async function run(name, args = [], { cwd, env = process.env, input = '' } = {}) {
  const { code, output } = await attempt(name, args, { cwd, env, input });
  if (code === 0) return output;
  throw new Error(`${name} ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
}

/**
 * Tries until it succeeds.
 * @param {() => Promise<boolean>} succeeds
 * @param {number} seconds
 * @param {() => string} failure what to say when the time is over
 */
export async function until(succeeds, seconds, failure) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await succeeds())) {
    if (Date.now() > deadline) throw new Error(failure());
    await sleep(20);
  }
}

/** Like run, but a failure is an answer. */
export function attempt(name, args, { cwd, env = process.env, input = '' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { cwd, env });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}
