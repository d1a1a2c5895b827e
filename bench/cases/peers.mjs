// The same work with other packages of npm, as they were published. What does not run is named.
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ClientContext,
  Credentials,
  enumerateSecurityPackages,
  ServerContext,
} from '../../dist/index.mjs';
import { lab, loadAddon } from '../lab.mjs';
import { median } from '../measure.mjs';
import { titleOf } from '../packages.mjs';

const [what, mode] = process.argv.slice(2);
const require = createRequire(`${process.env.WINSSPI_BENCH_PEERS ?? import.meta.dirname}/x.js`);
const target = lab?.service.spn ?? 'HTTP/localhost';
const identity = lab?.users.alice;
// None is needed to enumerate them.
const packageName = {
  ...{ acquire: 'NTLM', token: 'NTLM', ntlm: 'NTLM' },
  ...{ negotiate: 'Negotiate', delay: 'TestScript' },
}[what];
const rounds = mode === '--quick' ? 7 : 31;

const load = (name) => {
  try {
    return { value: require(name) };
  } catch (error) {
    return { error };
  }
};
const expose = load('node-expose-sspi');
const winSso = load('win-sso');
const { sspi } = expose.value ?? {};
const { WinSso } = winSso.value ?? {};

const works = {
  enumerate: {
    winsspi: () => enumerateSecurityPackages(),
    'node-expose-sspi': () => sspi.EnumerateSecurityPackages(),
    'win-sso': 'it has no such function',
  },
  acquire: {
    winsspi: async () => (await Credentials.acquire({ package: packageName, identity })).close(),
    'node-expose-sspi': () => sspi.FreeCredentialsHandle(exposed().credential),
    'win-sso': 'it has no such function',
  },
  token: {
    winsspi: async () => {
      const context = new ClientContext(ours.outbound, { targetName: target });
      await context.step();
      context.close();
    },
    'node-expose-sspi': () => {
      const { contextHandle } = firstToken(theirs.outbound);
      sspi.DeleteSecurityContext(contextHandle);
    },
    'win-sso': () => {
      const context = new WinSso('NTLM', 'localhost');
      context.createAuthRequest();
      context.freeAuthContext();
    },
  },
  ntlm: handshakes(),
  negotiate: handshakes(),
  delay: handshakes(),
};

const ours = {};
const theirs = {};
const tools = { winsspi: {}, 'node-expose-sspi': expose, 'win-sso': winSso };
const points = [];
for (const [name, work] of Object.entries(works[what])) points.push(await prepared(name, work));
const running = points.filter(({ work }) => work);
for (let round = 0; round < rounds; round++) {
  for (const point of running) await measure(point);
}
const [{ times: base }] = points;
const title = packageName && titleOf(packageName);
console.log(JSON.stringify({ kind: 'peers', what, title, points: points.map(resultOf) }));
process.exit(0);

/** Ready to be measured, or with what keeps it from that. */
async function prepared(name, work) {
  if (typeof work === 'string') return { name, cannot: work };
  try {
    if (tools[name].error) throw tools[name].error;
    await prepare(name);
    for (let i = 0; i < 3; i++) await work();
    return { name, work, times: [], blocks: [] };
  } catch (error) {
    return { name, cannot: `does not run here: ${String(error?.message ?? error).split('\n')[0]}` };
  }
}

async function measure({ work, times, blocks }) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(3);
  const start = performance.now();
  await work();
  times.push(performance.now() - start);
  await pause(3);
  delay.disable();
  blocks.push(delay.max / 1e6);
}

function resultOf({ name, cannot, times, blocks }) {
  if (cannot) return { name, cannot };
  const ratio = median(times.map((time, round) => time / base[round]));
  return { name, ratio, milliseconds: median(times), longestBlock: median(blocks) };
}

async function prepare(name) {
  if (what === 'enumerate' || what === 'acquire') return;
  if (what === 'delay') {
    const provider = loadAddon('C:\\windows\\system32\\winsspi_provider.dll');
    provider.delay('AcceptSecurityContext', 50);
  }
  if (name === 'winsspi') {
    ours.outbound = await Credentials.acquire({ package: packageName, identity });
    ours.inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
  } else if (name === 'node-expose-sspi') {
    theirs.outbound = exposed().credential;
    theirs.inbound = sspi.AcquireCredentialsHandle({
      packageName,
      credentialUse: 'SECPKG_CRED_INBOUND',
    }).credential;
  }
}

function exposed() {
  return sspi.AcquireCredentialsHandle({
    packageName,
    credentialUse: 'SECPKG_CRED_OUTBOUND',
    ...(identity && { authData: identity }),
  });
}

function firstToken(credential) {
  return sspi.InitializeSecurityContext({ credential, targetName: target });
}

function handshakes() {
  return {
    winsspi: async () => {
      const client = new ClientContext(ours.outbound, { targetName: target });
      const server = new ServerContext(ours.inbound);
      let side = client;
      let { token } = await client.step();
      while (token) {
        side = side === client ? server : client;
        ({ token } = await side.step(token));
      }
      if (!client.done || !server.done) throw new Error('The handshake does not end.');
      client.close();
      server.close();
    },
    'node-expose-sspi': () => {
      let client = firstToken(theirs.outbound);
      let server;
      for (let leg = 0; leg < 8; leg++) {
        server = sspi.AcceptSecurityContext({
          credential: theirs.inbound,
          SecBufferDesc: client.SecBufferDesc,
          ...(server && { contextHandle: server.contextHandle }),
        });
        if (server.SECURITY_STATUS === 'SEC_E_OK') break;
        if (server.SECURITY_STATUS !== 'SEC_I_CONTINUE_NEEDED')
          throw new Error(server.SECURITY_STATUS);
        client = sspi.InitializeSecurityContext({
          credential: theirs.outbound,
          targetName: target,
          SecBufferDesc: server.SecBufferDesc,
          contextHandle: client.contextHandle,
          isFirstCall: false,
        });
      }
      if (server.SECURITY_STATUS !== 'SEC_E_OK') throw new Error(server.SECURITY_STATUS);
      sspi.DeleteSecurityContext(client.contextHandle);
      sspi.DeleteSecurityContext(server.contextHandle);
    },
    'win-sso': 'it has no server',
  };
}
