// npm run demo [-- [FILE] [--json]]: runs examples/demo under Windows Node, on Linux in the lab.
import { spawnSync } from 'node:child_process';
import { parseArguments, UsageError, usage } from '../examples/demo/arguments.mjs';
import { runInLab } from '../test/harness/lab/lab.mjs';
import { windowsPath } from '../test/harness/lab/wine.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

const onWindows = process.platform === 'win32';

const { file, json, help } = readArguments();
if (help) console.log(usage);
else await main(() => runDemo());

function readArguments() {
  try {
    // npm changes the folder, and says which one it was.
    const parsed = parseArguments(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
    if (parsed.file && !onWindows) refuseName(parsed.file);
    return parsed;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** Linux allows names that no Windows program can open. */
function refuseName(path) {
  const [character] = path.match(/[\\:*?"<>|]|\p{Cc}/u) ?? [];
  if (!character) return;
  const shown = JSON.stringify(character);
  throw new UsageError(`Under Windows Node, a path cannot have ${shown} in it: ${path}`);
}

async function runDemo() {
  await prepare();
  const place = file && (onWindows ? file : windowsPath(file));
  const args = [
    'examples/demo/main.mjs',
    ...(json ? ['--json'] : []),
    ...(file ? ['--', place] : []),
  ];
  const env = terminal();
  if (!onWindows) return await runInLab({ args, env });
  const options = { stdio: 'inherit', env: { ...process.env, ...env } };
  return spawnSync(process.execPath, args, options).status ?? 1;
}

// In the lab, the demo writes to a file and cannot tell.
function terminal() {
  const { isTTY, columns } = process.stdout;
  return { WINSSPI_DEMO_COLUMNS: isTTY ? String(Math.min(columns || 80, 80)) : '' };
}
