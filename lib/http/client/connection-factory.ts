import type { ConnectionOptions } from 'node:tls';
import { createError } from '../../errors/usage-error.js';
import { CredentialCache } from '../credential-cache.js';
import { proxyTarget, serverTarget } from './auth-target.js';
import { HttpConnection } from './connection.js';
import type { AuthTargets } from './exchange.js';
import type { ClientSettings } from './options.js';
import type { ProxyConnector } from './tunnel.js';

/** Makes the connections of a client, with the credentials and the proxy that they share. */
export class ConnectionFactory {
  readonly settings: ClientSettings;
  readonly #proxy: ProxyConnector | undefined;
  readonly #closing = new AbortController();
  readonly #forServers: CredentialCache;
  readonly #forProxy: CredentialCache;

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.#forServers = new CredentialCache('client', settings.source, 'outbound');
    const { proxy, lookup, localAddress } = settings;
    this.#forProxy = proxy?.source
      ? new CredentialCache('client', proxy.source, 'outbound')
      : this.#forServers;
    this.#proxy = proxy && {
      url: proxy.url,
      tls: proxy.tls,
      target: proxyTarget(proxy, this.#forProxy),
      lookup,
      localAddress,
    };
  }

  /** Returns the server and the proxy that a request may authenticate to. */
  targets(url: URL): AuthTargets {
    return {
      server: serverTarget(url, this.settings, this.#forServers),
      // A tunnel is authenticated when it is opened.
      proxy: url.protocol === 'http:' ? this.#proxy?.target : undefined,
    };
  }

  /** `onClose` is called when a connection has closed. */
  make(
    origin: string,
    tls: ConnectionOptions = this.settings.tls,
    onClose?: () => void,
  ): HttpConnection {
    return new HttpConnection(origin, { ...this.settings, tls, proxy: this.#proxy }, onClose);
  }

  /** Aborted when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(createError('ERR_SSPI_HTTP_CLOSED', 'client'));
    this.#forServers.close();
    this.#forProxy.close();
  }
}
