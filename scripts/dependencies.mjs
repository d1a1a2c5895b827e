// The npm packages of package-lock.json, and running their programs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Runs `npm ci` where node_modules is not what package-lock.json says.
 * @param {string} folder of both, from the project's
 */
export function ensureDependencies(folder = '.') {
  const stamp = `${folder}/node_modules/.winsspi-lock`;
  const lock = createHash('sha256')
    .update(readFileSync(`${folder}/package-lock.json`))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error(`Installing npm packages with npm ci${folder === '.' ? '' : ` for ${folder}`} …`);
  // npm is a batch file on Windows, which only a shell starts.
  const shell = process.platform === 'win32';
  run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { shell, cwd: folder });
  writeFileSync(stamp, lock);
}

/**
 * Runs the program of an npm package.
 * @param {string} program its path below node_modules
 * @param {string[]} args
 */
export function runPackage(program, args) {
  run(process.execPath, [`node_modules/${program}`, ...args]);
}

/** Runs a command; its output is shown where it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (status === 0) return stdout;
  const end = error?.message ?? (signal ? `was ended by ${signal}` : `ended with ${status}`);
  throw new Error(`${[command, ...args].join(' ')} ${end}\n${stdout ?? ''}${stderr ?? ''}`);
}
