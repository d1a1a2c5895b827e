// Wine's prefix, and node.exe in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bridgeFolder, bridgeLibrary, buildBridge } from '../bridge/build.mjs';
import { providerLibrary } from '../provider/build.mjs';
import { run } from './command.mjs';
import { logOnLibrary } from './domain.mjs';
import { buildNodeLibrary } from './node-library.mjs';
import { follow } from './output.mjs';

/** The path that a Windows program sees for one of the host's. */
export const windowsPath = (path) => `Z:${path.replaceAll('/', '\\')}`;

/** Where Windows's own libraries are, in a prefix. */
export const systemFolder = (prefix) => join(prefix, 'drive_c/windows/system32');

/** What secur32 asks for packages beside its own. */
const securityProviders = [bridgeLibrary, providerLibrary];

/** @param {{ folder: string, prefix?: string }} places the run's folder, and its prefix */
export function wineEnvironment({ folder, prefix = join(folder, 'prefix') }) {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: join(folder, 'home'),
    LC_ALL: 'C.UTF-8', // file names are UTF-8
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLPATH: bridgeFolder(prefix),
    // Nothing that offers a download or writes a desktop's menus.
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=',
  };
}

/** Makes a prefix in an empty folder. */
export async function makePrefix({ folder, prefix }) {
  const env = wineEnvironment({ folder, prefix });
  mkdirSync(prefix, { recursive: true });
  await run('wine', ['wineboot', '-i'], { env });
  const version = 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion';
  await run('wine', ['winecfg', '-v', 'win10'], { env });
  // On a newer build libuv uses a control of loopback sockets that Wine 8 lacks.
  for (const name of ['CurrentBuildNumber', 'CurrentBuild']) {
    await run('wine', ['reg', 'add', version, '/v', name, '/d', '14393', '/f'], { env });
  }
  const providers = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders';
  const value = ['/v', 'SecurityProviders', '/d', securityProviders.join(','), '/f'];
  await run('wine', ['reg', 'add', providers, ...value], { env });
  await run('wineserver', ['-w'], { env });
  await addPrograms(prefix);
  await buildBridge(prefix);
}

/** Starts Wine's own processes, which node.exe would have to wait for. */
export async function startWine(folder) {
  await run('wine', ['cmd', '/c', 'exit'], { env: wineEnvironment({ folder }) });
}

/**
 * Runs node.exe; its output becomes ours.
 * @returns {Promise<number>} its exit code
 */
export async function runNode({ folder, node, args, env, cwd }) {
  const files = ['stdout', 'stderr'].map((name) => join(folder, name));
  const [stdout, stderr] = files.map((path) => openSync(path, 'a'));
  const child = spawn('wine', [node, ...args], {
    cwd,
    env: {
      ...wineEnvironment({ folder }),
      WINSSPI_LAB_CACHES: join(folder, 'caches'),
      LD_PRELOAD: logOnLibrary,
      ...env,
    },
    stdio: ['ignore', stdout, stderr],
    detached: true,
  });
  const rest = [follow(files[0], process.stdout), follow(files[1], process.stderr)];
  const [code, signal] = await once(child, 'exit');
  await Promise.all(rest.map((copied) => copied()));
  return code ?? 128 + constants.signals[signal];
}

/**
 * What is built for Windows: a library of random numbers and a count of handles, which Wine lacks, and a
 * library that has Node-API.
 */
async function addPrograms(prefix) {
  const folder = systemFolder(prefix);
  const compile = (name, source, ...options) => {
    const path = fileURLToPath(new URL(`windows/${source}`, import.meta.url));
    const files = ['-o', join(folder, name), path];
    return run('x86_64-w64-mingw32-gcc', ['-O2', '-s', ...files, ...options]);
  };
  await compile('bcryptprimitives.dll', 'bcryptprimitives.c', '-shared', '-ladvapi32');
  await compile('handle_count.exe', 'handle_count.c', '-lntdll');
  await buildNodeLibrary(join(folder, 'node_library.dll'));
}
