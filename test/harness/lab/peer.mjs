import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ntlmUserFile } from './domain.mjs';

const pathOf = (name) => fileURLToPath(new URL(`peers/${name}.py`, import.meta.url));

/**
 * Starts a peer of python3-gssapi, with tickets of alice: gss_peer or http_peer.
 * @returns {Promise<number>} its port
 */
export async function startPeer(folder, name) {
  const log = join(folder, `${name}.log`);
  const cache = join(folder, 'caches', name);
  copyFileSync(join(folder, 'caches/alice'), cache);
  const child = spawn('/usr/bin/python3', [pathOf(name)], {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      PYTHONDONTWRITEBYTECODE: '1',
      GSS_PEER_FOLDER: folder,
      KRB5CCNAME: `FILE:${cache}`,
      NTLM_USER_FILE: ntlmUserFile,
    },
    stdio: ['ignore', 'pipe', openSync(log, 'a')],
  });
  const lines = createInterface({ input: child.stdout });
  const [port] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  if (port === undefined) throw new Error(`The peer has ended:\n${readFileSync(log, 'utf8')}`);
  return Number(port);
}
