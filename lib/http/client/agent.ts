import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as TlsAgent, type AgentOptions as TlsAgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { usageError } from '../../errors/usage-error.js';
import { LoopbackServer } from './loopback-server.js';
import { assertNotImpersonating } from './not-impersonating.js';
import { type ClientOptions, clientSettings } from './options.js';

/**
 * An `http.Agent` whose requests answer a 401 with Negotiate or NTLM, and a proxy's 407. Its sockets are
 * within the process: behind each is one connection, which is authenticated as often as its server asks.
 *
 * Requests fail with SspiError where Windows does, and with ERR_SSPI_HTTP_HANDSHAKE, _BODY and _PROXY.
 */
export class NegotiateAgent extends Agent {
  readonly #loopback: LoopbackServer;

  constructor(options: ClientOptions, agentOptions: AgentOptions = {}) {
    const settings = clientSettings(options);
    super({ keepAlive: true, ...agentOptions });
    this.#loopback = new LoopbackServer(settings);
  }

  addRequest(...parameters: unknown[]): void {
    addRequest(this, parameters);
  }

  override createConnection(options: ClientRequestArgs): Duplex {
    return this.#loopback.connect(originOf('http:', options), {});
  }

  /** Closes the connections, also those in use, and gives back the credentials that were acquired. */
  override destroy(): void {
    super.destroy();
    this.#loopback.close();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** NegotiateAgent for https. The TLS connection is behind the socket, and contexts are bound to it. */
export class NegotiateHttpsAgent extends TlsAgent {
  readonly #loopback: LoopbackServer;
  readonly #tls: TlsOptions;

  constructor(options: ClientOptions, agentOptions: TlsAgentOptions = {}) {
    const settings = clientSettings(options);
    super({ keepAlive: true, ...agentOptions });
    this.#loopback = new LoopbackServer(settings);
    this.#tls = settings.tls;
  }

  addRequest(...parameters: unknown[]): void {
    addRequest(this, parameters);
  }

  override createConnection(options: ClientRequestArgs & TlsOptions): Duplex {
    return this.#loopback.connect(originOf('https:', options), {
      ...tlsOptionsOf(options),
      ...this.#tls, // as an agent's options go before those of a request
    });
  }

  /** Closes the connections, also those in use, and gives back the credentials that were acquired. */
  override destroy(): void {
    super.destroy();
    this.#loopback.close();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

// Node calls it with each request, whose socket may come much later. Its types do not have it.
function addRequest(agent: Agent, parameters: unknown[]): void {
  assertNotImpersonating();
  Reflect.apply(Reflect.get(Agent.prototype, 'addRequest'), agent, parameters);
}

function originOf(protocol: string, options: ClientRequestArgs): URL {
  const { host, port, socketPath } = options;
  for (const name of routing) {
    // A filter of addresses must not be left out without a word.
    if (options[name] === undefined) continue;
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      `The agent makes its connections itself, and does not know the option "${name}"`,
    );
  }
  if (socketPath) {
    throw usageError('ERR_INVALID_ARG_VALUE', 'The agent connects to hosts, not to a "socketPath"');
  }
  const name = host?.includes(':') ? `[${host}]` : (host ?? 'localhost');
  const text = `${protocol}//${name}:${port ?? ''}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.href === `${url?.origin}/`) return url;
  throw usageError('ERR_INVALID_ARG_VALUE', 'The "host" of a request must be a name or an address');
}

// Where a connection goes, and from where: the one that is made behind the socket has none of it.
const routing = ['lookup', 'localAddress', 'localPort', 'family', 'hints'] as const;

// What a single request, or the options of the agent, may say about TLS.
const tlsKeys = [
  ...['ca', 'cert', 'key', 'pfx', 'passphrase', 'crl', 'secureContext', 'servername'],
  ...['rejectUnauthorized', 'checkServerIdentity', 'ciphers', 'honorCipherOrder', 'ecdhCurve'],
  ...['sigalgs', 'dhparam', 'minVersion', 'maxVersion', 'secureProtocol', 'secureOptions'],
  'minDHSize',
] as (keyof TlsOptions)[];

function tlsOptionsOf(options: TlsOptions): TlsOptions {
  const entries = tlsKeys.map((key) => [key, options[key]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
