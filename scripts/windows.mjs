// npm run windows -- FILE [ARG…]: runs a script under Windows Node, on Linux in the lab.
import { spawnSync } from 'node:child_process';
import { runInLab } from '../test/lab/lab.mjs';

const args = process.argv.slice(2);
if (args.length === 0) {
  console.error('Usage: npm run windows -- FILE [ARG…]');
  process.exit(2);
}

process.exitCode = process.platform === 'win32' ? onWindows(args) : await runInLab({ args });

function onWindows(args) {
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
