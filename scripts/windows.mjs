// npm run windows -- FILE [ARG…]: runs a script under Windows Node, on Linux in the lab.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInLab } from '../test/harness/lab/lab.mjs';
import { windowsPath } from '../test/harness/lab/wine.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

const [name, ...args] = process.argv.slice(2);
// npm changes the folder, and says which one it was.
const file = name && resolve(process.env.INIT_CWD ?? process.cwd(), name);

await main(async () => {
  if (!file || !existsSync(file)) {
    console.error(file ? `There is no ${file}` : 'Usage: npm run windows -- FILE [ARG…]');
    return 2;
  }
  await prepare();
  if (process.platform !== 'win32') return runInLab({ args: [windowsPath(file), ...args] });
  return spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' }).status ?? 1;
});
