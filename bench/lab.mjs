// What the cases share: where they run, the raw addon, contexts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as winsspi from '../dist/index.mjs';

/** Absent on Windows. */
export const lab = process.env.WINSSPI_LAB
  ? JSON.parse(readFileSync(process.env.WINSSPI_LAB, 'utf8'))
  : undefined;

const built = fileURLToPath(new URL('raw/build/Release/winsspi_bench.node', import.meta.url));

export const rawPath = lab?.raw ?? built;

/** SSPI without Node, in loops that time themselves: bench/raw/addon.cc. */
export const raw = loadAddon(rawPath);

export function loadAddon(path) {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}

const targetName = lab?.service.spn ?? 'HTTP/localhost';
const identity = lab?.users.alice;

/** Which packages are logged on to what, for the raw addon. */
export const logonTo = ({ client, server }) => ({
  ...{ client, server, target: targetName },
  ...(identity && { identity }),
});

/**
 * Credentials of both ends.
 * @param {{ client: string, server: string }} ends see packages.mjs
 * @param {typeof winsspi} library another build of it
 */
export async function credentialsOf({ client, server }, { Credentials } = winsspi) {
  return {
    outbound: await Credentials.acquire({ package: client, ...(identity && { identity }) }),
    inbound: await Credentials.acquire({ package: server, use: 'inbound' }),
  };
}

/** Two complete contexts. */
export async function makePair(
  { outbound, inbound },
  { onStep = () => {}, library: { ClientContext, ServerContext } = winsspi } = {},
) {
  const client = new ClientContext(outbound, { targetName });
  const server = new ServerContext(inbound);
  let side = client;
  let { token } = await client.step();
  onStep();
  while (token) {
    side = side === client ? server : client;
    ({ token } = await side.step(token));
    onStep();
  }
  return { client, server };
}

export async function pairOf(ends, library = winsspi) {
  const { outbound, inbound } = await credentialsOf(ends, library);
  const pair = await makePair({ outbound, inbound }, { library });
  outbound.close();
  inbound.close();
  return pair;
}
