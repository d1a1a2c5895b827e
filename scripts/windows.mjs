// npm run windows -- FILE [ARG…]: runs a script under Windows Node, on Linux in the lab.
import { spawnSync } from 'node:child_process';
import { runInLab } from '../test/lab/lab.mjs';

const args = process.argv.slice(2);
if (args.length === 0) {
  console.error('Usage: npm run windows -- FILE [ARG…]');
  process.exit(2);
}

try {
  process.exitCode = process.platform === 'win32' ? onWindows() : await runInLab({ args });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function onWindows() {
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
