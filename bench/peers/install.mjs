// Installs the packages that the benchmark compares with, without running anything of theirs.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/harness/lab/command.mjs';
import { cacheFolder } from '../../test/harness/lab/templates.mjs';

const manifest = fileURLToPath(new URL('package.json', import.meta.url));

/** @returns {Promise<string>} the folder that has them in node_modules */
export async function installPeers() {
  const hash = createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder, `peers-${hash}`);
  if (existsSync(folder)) return folder;
  console.error('Installing the packages to compare with …');
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  copyFileSync(manifest, join(partial, 'package.json'));
  // By force: their binaries are for Windows, wherever this runs.
  const options = ['--force', '--os=win32', '--cpu=x64', '--ignore-scripts'];
  const quiet = ['--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...options, ...quiet], { cwd: partial });
  copyNodeSspi(join(partial, 'node_modules/node-sspi'));
  renameSync(partial, folder);
  return folder;
}

// What its install script does where it has a binary.
function copyNodeSspi(folder) {
  mkdirSync(join(folder, 'build'), { recursive: true });
  copyFileSync(
    join(folder, 'bin/win32-x64-node-22/nodeSSPI.node'),
    join(folder, 'build/nodeSSPI.node'),
  );
}
