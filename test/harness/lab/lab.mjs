// Runs Windows Node beside an Active Directory domain, on Linux.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { enter } from './namespace.mjs';
import { ensurePackages, labPackages, toolchainPackages } from './packages.mjs';
import { cacheFolder, missingTemplates, templateFolders } from './templates.mjs';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Runs `node.exe ARGS…` in a fresh lab, in the project's folder.
 * @param {{
 *   args: string[],
 *   env?: Record<string, string>,
 *   onLine?: (line: string, stream: 'stdout' | 'stderr') => void,
 * }} options `onLine` gets the output, which is printed without it
 * @returns {Promise<number>} node.exe's exit code
 */
export async function runInLab({ args, env = {}, onLine }) {
  if (process.platform !== 'linux') throw new Error('The lab needs Linux.');
  mkdirSync(join(cacheFolder, 'run'), { recursive: true });
  const templates = templateFolders(ensurePackages({ ...labPackages, ...toolchainPackages }));
  if (missingTemplates(templates).length > 0) await setUp();
  const job = { name: 'run', cache: cacheFolder, templates, args, env, project };
  return await enter(job, onLine && ((child) => readLines(child, onLine)));
}

async function setUp() {
  const script = fileURLToPath(new URL('setup.mjs', import.meta.url));
  const child = spawn('flock', [join(cacheFolder, 'lock'), process.execPath, script], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('The lab could not be set up.');
}

function readLines(child, onLine) {
  for (const stream of ['stdout', 'stderr']) {
    createInterface({ input: child[stream] }).on('line', (line) => onLine(line, stream));
  }
}
