import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ntlmUserFile } from './domain.mjs';

const script = fileURLToPath(new URL('peers/gss_peer.py', import.meta.url));

/**
 * Starts the GSS-API peer, with tickets of alice.
 * @returns {Promise<number>} its port
 */
export async function startPeer(folder) {
  const cache = join(folder, 'caches/peer');
  copyFileSync(join(folder, 'caches/alice'), cache);
  const child = spawn('/usr/bin/python3', [script], {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      PYTHONDONTWRITEBYTECODE: '1',
      GSS_PEER_FOLDER: folder,
      KRB5CCNAME: `FILE:${cache}`,
      NTLM_USER_FILE: ntlmUserFile,
    },
    stdio: ['ignore', 'pipe', openSync(join(folder, 'peer.log'), 'a')],
  });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return Number(port);
}
