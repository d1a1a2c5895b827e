// What the cases share: where they run, the raw addon, contexts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ClientContext, Credentials, ServerContext } from '../dist/index.mjs';

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

/** The packages that are measured, by the names of the cases. */
export const packages = lab
  ? { null: 'TestNull', ntlm: 'LabNTLM', kerberos: 'LabKerberos' }
  : { null: 'TestNull', ntlm: 'NTLM', kerberos: 'Kerberos' };

/** Who logs on to what, for the raw addon. */
export const logonTo = (packageName) => ({
  package: packageName,
  target: lab?.service.spn ?? 'HTTP/localhost',
  ...(lab && { identity: lab.users.alice }),
});

/** Credentials of both ends. */
export async function credentialsOf(packageName) {
  const identity = lab?.users.alice;
  return {
    outbound: await Credentials.acquire({ package: packageName, ...(identity && { identity }) }),
    inbound: await Credentials.acquire({ package: packageName, use: 'inbound' }),
  };
}

/** Two complete contexts. */
export async function makePair({ outbound, inbound }, onStep = () => {}) {
  const client = new ClientContext(outbound, { targetName: lab?.service.spn ?? 'HTTP/localhost' });
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

export async function pairOf(packageName) {
  const { outbound, inbound } = await credentialsOf(packageName);
  const pair = await makePair({ outbound, inbound });
  outbound.close();
  inbound.close();
  return pair;
}
