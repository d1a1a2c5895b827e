// An HTTP server that authenticates every request on a connection of its own, with the packages of npm
// that do so. The server is this process; who loads it is another one, and the same for all.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { ClientContext, Credentials } from '../../dist/index.mjs';
import { lab } from '../lab.mjs';
import { median } from '../measure.mjs';
import { titleOf } from '../packages.mjs';

const packageName = lab?.packages.Negotiate ?? 'Negotiate';
const atATime = 8;
const require = createRequire(`${process.env.WINSSPI_BENCH_PEERS ?? import.meta.dirname}/x.js`);

if (process.send) process.on('message', load);
else await measureAll(process.argv.includes('--quick') ? [1, 500] : [5, 2000]);

/** Each gives a listener that answers with the caller's name. */
async function listeners() {
  return {
    'no authentication': () => (_, response) => response.end('CORP\\alice'),
    winsspi: async () => {
      const { negotiate } = await import('../../dist/http/index.mjs');
      const middleware = negotiate({ package: packageName });
      return (request, response) =>
        middleware(request, response, () => response.end(request.auth.name));
    },
    'node-expose-sspi': () => {
      const { sso, sspi } = require('node-expose-sspi');
      if (lab) standIn(sspi);
      const middleware = sso.auth({ useActiveDirectory: false });
      return (request, response) =>
        middleware(request, response, (error) => {
          if (error) return response.writeHead(500).end(error.message);
          const { domain, name } = request.sso.user;
          response.end(`${domain}\\${name}`);
        });
    },
    'node-sspi': () => {
      const NodeSspi = require('node-sspi');
      const sspi = new NodeSspi({ sspiPackagesUsed: [packageName], retrieveGroups: true });
      return (request, response) =>
        sspi.authenticate(request, response, (error) => {
          if (response.headersSent) return; // It has answered.
          if (error) response.writeHead(500).end(String(error));
          else response.end(request.connection.user);
        });
    },
  };
}

/**
 * It knows no package but Negotiate, which the lab's has to stand in for, and looks the caller's name up,
 * which Wine can do for the process's own user only.
 */
function standIn(sspi) {
  const { AcquireCredentialsHandle, LookupAccountName } = sspi;
  sspi.AcquireCredentialsHandle = (input) => AcquireCredentialsHandle({ ...input, packageName });
  sspi.LookupAccountName = () => LookupAccountName(userInfo().username);
}

async function measureAll([rounds, milliseconds]) {
  const client = fork(fileURLToPath(import.meta.url));
  const points = [];
  for (const [name, make] of Object.entries(await listeners())) {
    points.push(await start(name, make));
  }
  // Its errors are the result, and not for the console.
  console.error = () => {};
  for (let round = -1; round < rounds; round++) {
    for (const point of points.filter(({ cannot }) => !cannot)) {
      const row = await measure(point, client, round < 0 ? 300 : milliseconds);
      if (round >= 0) point.rows.push(row);
    }
  }
  const title = titleOf(packageName);
  console.log(JSON.stringify({ kind: 'http', title, atATime, points: points.map(resultOf) }));
  process.exit(0);
}

async function start(name, make) {
  try {
    const server = createServer({ maxHeaderSize: 80_000 }, await make());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { name, port: server.address().port, rows: [] };
  } catch (error) {
    return { name, cannot: `does not run here: ${String(error?.message ?? error).split('\n')[0]}` };
  }
}

async function measure(point, client, milliseconds) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  client.send({ port: point.port, milliseconds });
  const [{ done, failure }] = await once(client, 'message');
  delay.disable();
  if (failure) point.cannot = `does not let the load in: ${failure}`;
  return {
    perSecond: (done * 1000) / milliseconds,
    longest: delay.max / 1e6,
    mean: delay.mean / 1e6,
  };
}

function resultOf({ name, cannot, rows }) {
  if (cannot) return { name, cannot };
  const of = (key) => median(rows.map((row) => row[key]));
  return { name, perSecond: of('perSecond'), meanDelay: of('mean'), longestDelay: of('longest') };
}

/** Requests with a token each, one after the other on each of the lines, until the time is over. */
async function load({ port, milliseconds }) {
  const identity = lab?.users.alice;
  const credentials = await Credentials.acquire({
    package: packageName,
    ...(identity && { identity }),
  });
  const targetName = lab?.service.spn ?? 'HTTP/localhost';
  const end = performance.now() + milliseconds;
  let done = 0;
  const line = async () => {
    while (performance.now() < end) {
      await request(port, credentials, targetName);
      done += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: atATime }, line));
    process.send({ done });
  } catch (error) {
    process.send({ done, failure: error.message });
  }
  credentials.close();
}

async function request(port, credentials, targetName) {
  const context = new ClientContext(credentials, { targetName });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // Wine 8 does not connect a socket that has TCP's keep-alive set.
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, ...rest) => connect({ ...options, keepAlive: false }, ...rest);
  try {
    let { token } = await context.step();
    for (;;) {
      const answer = await ask(port, agent, `Negotiate ${token.toString('base64')}`);
      const next = /^Negotiate (\S+)/.exec(answer.challenge)?.[1];
      if (answer.status === 200 && /\\/.test(answer.text)) return;
      if (answer.status !== 401 || !next) throw new Error(`${answer.status} ${answer.text.trim()}`);
      ({ token } = await context.step(Buffer.from(next, 'base64')));
    }
  } finally {
    context.close();
    agent.destroy();
  }
}

function ask(port, agent, authorization) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, headers: { authorization } };
    const asked = get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => {
        const challenge = response.headers['www-authenticate'];
        resolve({ status: response.statusCode, challenge, text });
      });
    });
    asked.on('error', reject);
  });
}
