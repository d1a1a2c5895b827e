import { type EventEmitter, errorMonitor, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import {
  type AuthenticatedRequest,
  Authenticator,
  negotiate,
  negotiateUpgrade,
} from 'winsspi/http';
import { misbehave, type RecordedLogon } from '../harness/support/chaos-client.js';
import { handleCount, keepOneThread } from '../harness/support/handle-count.js';
import { handshake } from '../harness/support/handshake.js';
import { clientOf, HttpConnection } from '../harness/support/http.js';
import { LoopWatch } from '../harness/support/loop-watch.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';

const seed = 20;
/** WINSSPI_CHAOS=10000 takes two minutes. */
const connections = Number(process.env.WINSSPI_CHAOS ?? 2000);
const atATime = 50;
const batch = 200;
const warmUp = 500;
/** Every so many connections are of an honest client. */
const honest = 20;
/** What the process may have more at the end than at the start, of work that is done thousands of times. */
const allowance = 8;
const longestDelay = 200;

const packages = { kerberos: 'TestKerberos', ntlm: 'TestNtlm' } as const;
type Kind = keyof typeof packages;

async function record(kind: Kind): Promise<RecordedLogon> {
  using outbound = await Credentials.acquire({ package: packages[kind] });
  using inbound = await Credentials.acquire({ package: packages[kind], use: 'inbound' });
  using client = clientOf(outbound);
  using server = new ServerContext(inbound);
  const legs = await handshake(client, server);
  const { userName: name } = server.queryAttribute('names');
  const own = legs.filter(({ side }) => side === 'client');
  return { name, tokens: own.flatMap(({ token }) => token ?? []) };
}

/** Also where an error comes before the end, which once() would take for its own. */
const untilClosed = (socket: Socket) =>
  socket.closed || new Promise((resolve) => socket.once('close', resolve));

/** A server with an Authenticator for each package, in each of the ways that there are of using one. */
class ChaosServer {
  readonly server = createServer({
    headersTimeout: 60_000,
    requestTimeout: 60_000,
    connectionsCheckingInterval: 1000,
  });
  readonly errors: unknown[] = [];
  readonly sockets = new Set<Socket>();
  readonly authenticators: Record<Kind, Authenticator>;
  readonly #requested = new Map<number | undefined, () => void>();

  constructor() {
    const make = (kind: Kind) =>
      new Authenticator({ package: packages[kind], handshakeTimeout: 120_000 });
    this.authenticators = { kerberos: make('kerberos'), ntlm: make('ntlm') };
    const { kerberos, ntlm } = this.authenticators;
    const middleware = negotiate(ntlm);
    const onError = (error: unknown) => this.errors.push(error);
    const upgrades = {
      kerberos: negotiateUpgrade(kerberos, { onError }),
      ntlm: negotiateUpgrade(ntlm, { onError }),
    };
    this.server.on('connection', (socket: Socket) => {
      // Those whose upgrade was refused come again.
      if (this.sockets.has(socket)) return;
      const { remotePort } = socket;
      this.sockets.add(socket);
      // Not as a listener, which would be one that the code under test may have forgotten.
      (socket as EventEmitter).on(errorMonitor, (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') onError(error);
      });
      socket.once('close', () => {
        this.sockets.delete(socket);
        this.#requested.delete(remotePort);
      });
    });
    this.server.on('request', (request, response) => {
      this.#note(request);
      if (kindOf(request) === 'ntlm') {
        middleware(request, response, (error) => {
          if (error) onError(error);
          welcome(response, (request as AuthenticatedRequest).auth.name);
        });
        return;
      }
      kerberos.authenticate(request, response).then((authentication) => {
        if (authentication) welcome(response, authentication.name, request.url === '/long');
      }, onError);
    });
    this.server.on('upgrade', async (request, socket, head) => {
      this.#note(request);
      const accepted = await upgrades[kindOf(request)](request, socket, head);
      if (!accepted) return;
      const { name } = accepted.authentication;
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nYou are ${name}.`);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves with the next request of a connection, if there is one. */
  requested(remotePort: number): Promise<void> {
    return new Promise((resolve) => this.#requested.set(remotePort, resolve));
  }

  #note({ socket }: IncomingMessage): void {
    this.#requested.get(socket.remotePort)?.();
  }
}

function kindOf({ headers }: IncomingMessage): Kind {
  return headers['x-package'] === 'ntlm' ? 'ntlm' : 'kerberos';
}

async function welcome(response: ServerResponse, name: string, isLong = false): Promise<void> {
  const text = `You are ${name}.`;
  const parts = isLong ? 8 : 0;
  const part = Buffer.alloc(0x8000);
  response.setHeader('Content-Length', text.length + parts * part.length);
  response.write(text);
  for (let left = parts; left > 0; left--) {
    response.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** Logs on as itself, and gives what is wrong with the answers. */
async function behave(
  { server }: ChaosServer,
  credentials: Credentials,
  kind: Kind,
): Promise<unknown> {
  using connection = new HttpConnection({ server });
  using context = clientOf(credentials);
  const headers = { 'x-package': kind };
  const first = await connection.logOn(context, { headers });
  const second = await connection.get(headers);
  const own = `You are ${context.queryAttribute('names').userName}.`;
  const isRight =
    first.text === own && (kind === 'ntlm' ? second.text === own : second.status === 401);
  return isRight ? undefined : [kind, own, first.status, first.text, second.status, second.text];
}

/** What there is of listeners: on the process, on a server. */
function listeners({ server }: ChaosServer): Record<string, number> {
  const count = (emitter: NodeJS.EventEmitter) =>
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]);
  return Object.fromEntries([...count(process), ...count(server)]);
}

describe.skipIf(!providerInstalled)('a server to which thousands of clients are unkind', () => {
  checkProviderAfterEach();
  beforeAll(keepOneThread);

  const faults: unknown[] = [];
  const note = (error: unknown) => faults.push(error);
  const events = ['uncaughtExceptionMonitor', 'unhandledRejection', 'warning'] as const;
  beforeEach(() => {
    faults.length = 0;
    for (const name of events) process.on(name, note);
  });
  afterEach(() => {
    for (const name of events) process.off(name, note);
  });

  test('lets the honest ones in as themselves, and has nothing left of any', async () => {
    provider.behave('ownNames', 1);
    const recorded = {
      kerberos: [await record('kerberos'), await record('kerberos')],
      ntlm: [await record('ntlm'), await record('ntlm')],
    } as const;
    const chaos = new ChaosServer();
    chaos.server.listen(0, '127.0.0.1');
    await once(chaos.server, 'listening');
    const credentials = {
      kerberos: await Credentials.acquire({ package: packages.kerberos }),
      ntlm: await Credentials.acquire({ package: packages.ntlm }),
    };
    const counts = { honest: 0, logons: 0 };

    async function connect(number: number): Promise<void> {
      if (number % honest === 0) {
        const kind = number % (2 * honest) === 0 ? 'kerberos' : 'ntlm';
        const fault = await behave(chaos, credentials[kind], kind);
        if (fault) faults.push({ seed, number, fault });
        counts.honest += 1;
        return;
      }
      const requested = (port: number) => chaos.requested(port);
      const done = await misbehave(chaos.port, recorded, seed + number, requested);
      if (done.strangers.length > 0) faults.push({ seed, number, ...done });
      counts.logons += done.logons;
    }

    async function run(from: number, to: number): Promise<void> {
      let next = from;
      const slots: Promise<void>[] = [];
      const work = async () => {
        while (next < to) await connect(next++);
      };
      while (slots.length < atATime) {
        slots.push(work());
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(slots);
      // With the connections, everything of theirs is to end.
      await Promise.all([...chaos.sockets].map(untilClosed));
      provider.forgetCalls();
    }

    await run(-warmUp, 0);
    const [handles, listening] = [handleCount(), listeners(chaos)];
    const delays: { all: number; own: number }[] = [];
    const begun = performance.now();
    using watch = new LoopWatch();
    for (let from = 0; from < connections; from += batch) {
      await run(from, from + batch);
      delays.push(watch.take());
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    const left = handleCount() - handles;
    console.log(JSON.stringify({ seed, seconds, ...counts, handles, left, delays }));

    expect(faults).toEqual([]);
    expect(chaos.errors).toEqual([]);
    expect(counts.honest).toBe((connections + warmUp) / honest);
    expect(counts.logons).toBeGreaterThan(connections / 10);
    expect(chaos.sockets.size).toBe(0);
    expect(listeners(chaos)).toEqual(listening);
    expect(left).toBeLessThanOrEqual(allowance);
    const { kerberos, ntlm } = chaos.authenticators;
    expect([kerberos.handshakes, ntlm.handshakes]).toEqual([0, 0]);
    // Each batch has clients of each kind. Where the machine has stopped this process, one turn has the work of many.
    const own = delays.map((delay) => delay.own).sort((a, b) => a - b);
    expect(own[delays.length / 2]).toBeLessThan(longestDelay);

    for (const one of [kerberos, ntlm, credentials.kerberos, credentials.ntlm]) one.close();
    chaos.server.close();
    await once(chaos.server, 'close');
    await untilNothingIsAlive();
    // Windows closes a socket some turns after its event.
    while (process.getActiveResourcesInfo().includes('TCPSocketWrap')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }, 600_000);
});
