import type { ConnectionOptions } from 'node:tls';
import { createError } from '../../errors/usage-error.js';
import { OwnCredentials } from '../own-credentials.js';
import type { Parties } from './exchange.js';
import { Lane } from './lane.js';
import type { ClientSettings } from './options.js';
import { proxyParty, serverParty } from './party.js';
import type { ProxyRoute } from './tunnel.js';

/** What the requests of a client have in common: its credentials, and its proxy. */
export class Route {
  readonly settings: ClientSettings;
  readonly proxy: ProxyRoute | undefined;
  readonly #closing = new AbortController();
  readonly #server: OwnCredentials;
  readonly #forProxy: OwnCredentials;

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.#server = new OwnCredentials('client', settings, 'outbound');
    const { proxy } = settings;
    this.#forProxy = proxy?.source
      ? new OwnCredentials('client', proxy.source, 'outbound')
      : this.#server;
    this.proxy = proxy && {
      url: proxy.url,
      tls: proxy.tls,
      party: proxyParty(proxy, this.#forProxy),
    };
  }

  /** Who may be authenticated to with a request; `first` is where the caller's own request went. */
  parties(url: URL, first: URL): Parties {
    const server = serverParty(url, first, this.settings, this.#server);
    // A tunnel is authenticated when it is opened.
    return { server, proxy: url.protocol === 'http:' ? this.proxy?.party : undefined };
  }

  lane(origin: string, tls: ConnectionOptions = this.settings.tls, onClose?: () => void): Lane {
    return new Lane(origin, tls, this.proxy, onClose);
  }

  /** Ends what is under way when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(createError('ERR_SSPI_HTTP_CLOSED', 'client'));
    this.#server.close();
    this.#forProxy.close();
  }
}
