import { execFileSync } from 'node:child_process';
import { lab } from './lab.js';

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
