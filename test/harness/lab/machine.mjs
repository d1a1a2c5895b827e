// What the inner half changes of the machine, all of it in namespaces of its own: the host's
// files, ports and processes are not touched, and nothing has to be put back.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './command.mjs';

/** The folder of a run: in memory, at the same path in every run, gone with the namespace. */
export const runFolder = (cache) => join(cache, 'run');

const sambaPlaces = [
  '/etc/samba',
  '/var/lib/samba',
  '/var/cache/samba',
  '/var/log/samba',
  '/run/samba',
];

/** A name, a loopback and a run folder. */
export async function isolate(cache) {
  // One that the run's own /etc/hosts knows: winbind looks for it at every logon.
  writeFileSync('/proc/sys/kernel/hostname', 'dc1');
  await run('ip', ['link', 'set', 'lo', 'up']);
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'winsspi-lab', runFolder(cache)]);
  for (const name of ['home', 'caches']) mkdirSync(join(runFolder(cache), name));
  await isolateWineServer(runFolder(cache));
}

/**
 * Puts what is in the run's folder `domain` over Samba's own places and /etc, so that every
 * program finds it where it always looks.
 */
export async function mountDomain(cache) {
  const domain = join(runFolder(cache), 'domain');
  await overlay(cache, { lower: '/etc', upper: 'domain/etc', place: '/etc' });
  for (const place of sambaPlaces) {
    mkdirSync(join(domain, place), { recursive: true });
    mkdirSync(place, { recursive: true });
    await run('mount', ['--bind', join(domain, place), place]);
  }
}

/** Puts a fresh layer over the template of the prefix: nothing of it is copied. */
export async function mountPrefix(cache, template) {
  const place = join(runFolder(cache), 'prefix');
  mkdirSync(place);
  await overlay(cache, { lower: relative(cache, template), upper: 'prefix-changes', place });
}

// Relative paths, because a colon or a comma in an option would need escaping.
async function overlay(cache, { lower, upper, place }) {
  const work = `${upper.replace('/', '-')}-work`;
  for (const name of [upper, work]) mkdirSync(join(runFolder(cache), name), { recursive: true });
  const options = `lowerdir=${lower},upperdir=run/${upper},workdir=run/${work}`;
  await run('mount', ['-t', 'overlay', '-o', options, 'winsspi-lab', place], { cwd: cache });
}

// Wine's processes meet in this folder, under the prefix's device and inode, which runs may share.
async function isolateWineServer(folder) {
  const place = `/tmp/.wine-${process.getuid()}`;
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const own = join(folder, 'wineserver');
  mkdirSync(own, { mode: 0o700 });
  await run('mount', ['--bind', own, place]);
}
