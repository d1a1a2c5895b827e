import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const certificate = (name) =>
  fileURLToPath(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url));

/**
 * Starts OpenSSL's TLS server, which sends every line back reversed and closes after the line CLOSE.
 * It serves one connection at a time. TLS 1.2, the highest version that Wine 8 has.
 * @returns {Promise<number>} its port
 */
export async function startTlsServer(folder) {
  const log = join(folder, 'tls.log');
  const files = ['-cert', certificate('rsa-sha256'), '-key', certificate('rsa-sha256.key')];
  const options = ['s_server', '-accept', '127.0.0.1:0', '-tls1_2', '-rev', ...files];
  const child = spawn('/usr/bin/openssl', options, {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', openSync(log, 'a')],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = line.match(/^ACCEPT .*:(\d+)$/) ?? [];
    if (port === undefined) continue;
    child.stdout.resume();
    return Number(port);
  }
  await once(child, 'close');
  throw new Error(`OpenSSL's server has ended:\n${readFileSync(log, 'utf8')}`);
}
