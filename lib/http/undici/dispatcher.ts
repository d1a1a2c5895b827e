import { RequestDispatcher } from './dispatch.js';
import { type DispatcherOptions, dispatcherSettings } from './options.js';
import type { DispatchOptions, Handler, LegacyHandler, Undici } from './types.js';

/**
 * A Dispatcher of the given undici that answers a 401 with Negotiate or NTLM, and a proxy's 407:
 * `negotiateDispatcher(undici, options)`. It is for the option `dispatcher` of undici's functions, and of Node's own
 * `fetch` and WebSocket. Its connections serve one request at a time, so that NTLM authenticates each once.
 *
 * Requests fail with SspiError where Windows does, and with ERR_SSPI_HTTP_HANDSHAKE, _BODY, _PROXY and _TIMEOUT.
 * `close()` waits for the requests under way, and `destroy()` ends them. Both give back the credentials that were
 * acquired.
 */
export function negotiateDispatcher<Made extends object>(
  undici: Undici<Made>,
  options: DispatcherOptions,
): Made {
  const requests = new RequestDispatcher(dispatcherSettings(options));
  const Dispatcher = undici.Dispatcher as unknown as new () => object;
  class NegotiateDispatcher extends Dispatcher {
    get closed(): boolean {
      return requests.closed;
    }

    get destroyed(): boolean {
      return requests.destroyed;
    }

    dispatch(given: DispatchOptions, handler: Handler | LegacyHandler): boolean {
      return requests.dispatch(given, handler);
    }

    close(callback?: () => void): Promise<void> {
      return whenDone(requests.close(), callback);
    }

    destroy(...parameters: unknown[]): Promise<void> {
      return whenDone(requests.destroy(), parameters.at(-1));
    }
  }
  return new NegotiateDispatcher() as Made;
}

async function whenDone(done: Promise<void>, callback: unknown): Promise<void> {
  await done;
  if (typeof callback === 'function') callback();
}
