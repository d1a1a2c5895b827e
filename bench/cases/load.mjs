// Two hundred handshakes at a time whose every call takes 100 ms: what the event loop, fs and dns have
// of it. The same with another package, where it is installed.
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClientContext, Credentials, ServerContext } from '../../dist/index.mjs';
import { loadAddon } from '../lab.mjs';
import { median } from '../measure.mjs';
import { titleOf } from '../packages.mjs';

const handshakes = process.argv.includes('--quick') ? 20 : 200;
const milliseconds = 100;
const packageName = 'TestScript';
const targetName = 'HTTP/localhost';
const file = fileURLToPath(import.meta.url);
const provider = loadAddon('C:\\windows\\system32\\winsspi_provider.dll');
const peers = process.env.WINSSPI_BENCH_PEERS;

await others(pause(200)); // warm
const points = [{ name: 'winsspi', ...(await measure(await ourHandshake())) }];
if (peers) {
  const { sspi } = createRequire(`${peers}/x.js`)('node-expose-sspi');
  points.push({ name: 'node-expose-sspi', ...(await measure(theirHandshake(sspi))) });
}
const title = titleOf(packageName);
console.log(JSON.stringify({ kind: 'load', title, handshakes, milliseconds, points }));
process.exit();

async function measure(shakeHands) {
  await shakeHands();
  const alone = await others(pause(500));
  provider.delay('InitializeSecurityContext', milliseconds);
  provider.delay('AcceptSecurityContext', milliseconds);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const start = performance.now();
  const beside = await others(Promise.all(Array.from({ length: handshakes }, shakeHands)));
  const seconds = (performance.now() - start) / 1000;
  loop.disable();
  provider.reset();
  return { alone, beside, seconds, p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 };
}

/** How long reads and look-ups take until something else is done: medians in milliseconds, and the longest. */
async function others(end) {
  let ended = false;
  const watched = end.then(() => {
    ended = true;
  });
  const repeat = async (call) => {
    const took = [];
    do {
      const start = performance.now();
      await call();
      took.push(performance.now() - start);
      await pause(2);
    } while (!ended);
    return { median: median(took), longest: Math.max(...took) };
  };
  const [read, looked] = await Promise.all([
    repeat(() => readFile(file)),
    repeat(() => lookup('localhost')),
    watched,
  ]);
  const longest = Math.max(read.longest, looked.longest);
  return { readFile: read.median, lookup: looked.median, longest };
}

async function ourHandshake() {
  const both = await Credentials.acquire({ package: packageName, use: 'both' });
  return async () => {
    const client = new ClientContext(both, { targetName });
    const server = new ServerContext(both);
    const { token } = await client.step();
    const { token: answer } = await server.step(token);
    await client.step(answer);
    if (!client.done || !server.done) throw new Error('The handshake does not end.');
    client.close();
    server.close();
  };
}

/** The calls of one handshake, with the event loop's turns between them. */
function theirHandshake(sspi) {
  const acquire = (credentialUse) =>
    sspi.AcquireCredentialsHandle({ packageName, credentialUse }).credential;
  const outbound = acquire('SECPKG_CRED_OUTBOUND');
  const inbound = acquire('SECPKG_CRED_INBOUND');
  return async () => {
    await turn();
    const first = sspi.InitializeSecurityContext({ credential: outbound, targetName });
    await turn();
    const { SecBufferDesc } = first;
    const server = sspi.AcceptSecurityContext({ credential: inbound, SecBufferDesc });
    await turn();
    const last = sspi.InitializeSecurityContext({
      ...{ credential: outbound, targetName, SecBufferDesc: server.SecBufferDesc },
      ...{ contextHandle: first.contextHandle, isFirstCall: false },
    });
    if (last.SECURITY_STATUS !== 'SEC_E_OK') throw new Error(last.SECURITY_STATUS);
    sspi.DeleteSecurityContext(first.contextHandle);
    sspi.DeleteSecurityContext(server.contextHandle);
  };
}
