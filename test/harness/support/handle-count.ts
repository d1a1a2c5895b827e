import { execFileSync } from 'node:child_process';
import { configureThreads } from 'winsspi';
import { lab } from './lab.js';

/**
 * Keeps the calls of this environment on one thread, which stays. Threads have handles too: more of them
 * between two counts would look like a leak, and fewer would hide one.
 */
export function keepOneThread(): void {
  configureThreads({ max: 1, idleMilliseconds: 3_600_000 });
}

/** How many Windows handles this process has. */
export function handleCount(): number {
  const pid = String(process.pid);
  const output = lab
    ? execFileSync('handle_count.exe', [pid])
    : execFileSync('powershell.exe', [
        '-NoProfile',
        '-Command',
        `(Get-Process -Id ${pid}).HandleCount`,
      ]);
  return Number(output.toString());
}
