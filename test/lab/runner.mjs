// Runs programs of Linux for the tests, which are programs of Windows and cannot start any.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ntlmUserFile } from './domain.mjs';

const programs = {
  curl: '/usr/bin/curl',
  python3: '/usr/bin/python3',
  // Changes the domain.
  'samba-tool': '/usr/bin/samba-tool',
};

/**
 * A TCP server on the loopback of this run. A connection brings a line of JSON, and gets one back:
 *
 *   {"program": "curl", "args": […], "user": "bob", "input": …} -> {"code", "stdout", "stderr"}
 *
 * `user` is whose tickets the program has: alice's or bob's, or nobody's. When the connection ends, the
 * program does.
 * @returns {Promise<number>} its port
 */
export async function startRunner(folder) {
  const server = createServer((socket) => serve(socket, folder));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function serve(socket, folder) {
  socket.on('error', () => {});
  const [line] = await once(createInterface({ input: socket }), 'line');
  const { program, args, user = 'nobody', input = '' } = JSON.parse(line);
  const child = spawn(programs[program], args, {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: join(folder, 'home'),
      LC_ALL: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      KRB5CCNAME: `FILE:${join(folder, 'caches', user)}`,
      // Whose first line is alice, for what logs on with NTLM.
      ...(user !== 'nobody' && { NTLM_USER_FILE: ntlmUserFile }),
    },
  });
  socket.once('close', () => child.kill());
  const answer = { stdout: '', stderr: '' };
  for (const name of Object.keys(answer)) {
    child[name].setEncoding('utf8').on('data', (text) => (answer[name] += text));
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = await once(child, 'close');
  socket.end(`${JSON.stringify({ code: code ?? signal, ...answer })}\n`);
}
