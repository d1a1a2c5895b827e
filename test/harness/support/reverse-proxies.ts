import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { withoutTcpKeepAlive } from './http.js';
import { startOnLinux } from './runner.js';

export interface ReverseProxy extends AsyncDisposable {
  readonly port: number;
}

export interface ReverseProxyOptions {
  /** How many connections to the server it keeps. */
  readonly connections: number;
  /** Whether it adds X-Forwarded-For. Default: it adds no header at all. */
  readonly marks?: boolean;
}

export type StartReverseProxy = (
  target: number,
  options: ReverseProxyOptions,
) => Promise<ReverseProxy>;

/** http-proxy-middleware, with an agent that keeps connections. */
export const startMiddleware: StartReverseProxy = async (
  target,
  { connections, marks = false },
) => {
  const agent = withoutTcpKeepAlive(new Agent({ keepAlive: true, maxSockets: connections }));
  const proxy = createProxyMiddleware({
    target: `http://127.0.0.1:${target}`,
    agent,
    xfwd: marks,
  });
  const server = createServer((request, response) => proxy(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

// Of the loopback of this run, where nobody else listens. Each proxy has another one.
let lastPort = 8200;

/** nginx on Linux, which keeps connections to the server, as its documentation has it. */
export const startNginx: StartReverseProxy = async (target, { connections, marks = false }) => {
  lastPort += 1;
  const port = lastPort;
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = `
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${name};`).join(' ')}
      upstream service {
        server 127.0.0.1:${target};
        keepalive ${connections};
      }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://service;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          ${marks ? 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;' : ''}
        }
      }
    }`;
  const nginx = await startOnLinux('nginx', [], { files: { 'nginx.conf': configuration } });
  const ended = nginx.ended.then(({ stderr }) => {
    throw new Error(`nginx has ended: ${stderr}`);
  });
  ended.catch(() => {});
  await Promise.race([ended, untilListening(port)]);
  return { port, [Symbol.asyncDispose]: async () => nginx[Symbol.dispose]() };
};

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      socket.destroy();
    }
  }
}
