// Runs programs of Linux for the tests, which are programs of Windows and cannot start any.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ntlmUserFile } from './domain.mjs';

/** Each with what it is always told. Their folder is empty, and their own. */
const programs = {
  curl: { path: '/usr/bin/curl', always: [] },
  python3: { path: '/usr/bin/python3', always: [] },
  // In the foreground, with a file nginx.conf of the caller's.
  nginx: { path: '/usr/sbin/nginx', always: ['-p', '.', '-c', 'nginx.conf', '-e', 'stderr'] },
  // Changes the domain.
  'samba-tool': { path: '/usr/bin/samba-tool', always: [] },
  chromium: {
    path: '/usr/bin/chromium',
    always: [
      ...['--headless', '--user-data-dir=profile', '--no-first-run', '--hide-scrollbars'],
      // Root has no sandbox, a container little shared memory, and nobody a graphics card.
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      // Nothing but what it is asked for.
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--disable-quic', '--disable-extensions', '--disable-default-apps'],
    ],
    // On Linux it loads GSS-API only when an earlier run has met a server that asked for Negotiate.
    files: {
      'profile/Local State': '{"net":{"received_http_auth_negotiate_headers":true}}',
    },
  },
};

/**
 * A TCP server on the loopback of this run. A connection brings a line of JSON, and gets one back:
 *
 *   {"program": "curl", "args": […], "user": "bob", "input": …, "files": {…}, "file": "page.png"}
 *   -> {"code", "stdout", "stderr", "file"}
 *
 * `user` is whose tickets the program has: alice's or bob's, or nobody's. `files` are texts that it finds in
 * its folder, by their names. `file` is one that it writes, in base64 in the answer, where there is one. When
 * the connection ends, the program does.
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
  const { program, args, user = 'nobody', input = '', files, file } = JSON.parse(line);
  const { path, always, files: own } = programs[program];
  const cwd = mkdtempSync(join(folder, 'program-'));
  for (const [name, text] of Object.entries({ ...own, ...files })) {
    mkdirSync(join(cwd, dirname(name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const child = spawn(path, [...always, ...args], {
    cwd,
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
  const written = file && read(join(cwd, file));
  rmSync(cwd, { recursive: true, force: true });
  socket.end(`${JSON.stringify({ code: code ?? signal, ...answer, file: written })}\n`);
}

function read(path) {
  try {
    return readFileSync(path, 'base64');
  } catch {
    return undefined;
  }
}
