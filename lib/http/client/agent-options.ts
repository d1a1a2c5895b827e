import { usageError } from '../../errors/usage-error.js';
import { validateInteger } from '../../validate.js';
import { type ClientOptions, type ClientSettings, clientSettings } from './options.js';

/** For what sees connections and single requests, and does not know which of them the caller began. */
export interface NegotiateAgentOptions
  extends Omit<ClientOptions, 'allowedOrigins' | 'maxRedirects'> {
  /**
   * Who may be authenticated to, such as `https://intranet`. There is no default: a request of the
   * caller's looks like one that a redirect made.
   */
  allowedOrigins: readonly string[];
  /**
   * The longest body in bytes, of those whose length is known before, that is kept in memory to be sent
   * again. Default: 1 MiB.
   */
  maxKeptBody?: number;
}

export interface AgentSettings extends ClientSettings {
  readonly allowedOrigins: readonly string[];
  readonly maxKeptBody: number;
}

const MOST_KEPT = 0x40000000;

/** Options with their defaults, checked. */
export function agentSettings(options: NegotiateAgentOptions): AgentSettings {
  if (typeof options !== 'object' || options === null) throw allowedError();
  const { maxKeptBody = 0x100000, ...others } = options;
  if ('maxRedirects' in others) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      '"options.maxRedirects" has no meaning here: redirects are followed by who makes the requests',
    );
  }
  validateInteger(maxKeptBody, 'options.maxKeptBody', 0, MOST_KEPT);
  const settings = clientSettings(others);
  const { allowedOrigins, targetName } = settings;
  if (!allowedOrigins || allowedOrigins.length === 0) throw allowedError();
  if (typeof targetName === 'string' && allowedOrigins.length > 1) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      '"options.targetName" is one name, and there are several allowed origins: pass a function of the URL',
    );
  }
  return { ...settings, allowedOrigins, maxKeptBody };
}

/** What stands for the URL of the caller: the one origin that a single name is for. */
export function firstOf({ allowedOrigins }: AgentSettings): URL {
  return new URL(allowedOrigins[0] as string);
}

function allowedError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    '"options.allowedOrigins" must name the origins that may be authenticated to, such as ' +
      '["https://intranet"]',
  );
}
