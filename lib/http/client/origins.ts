import { createError } from '../../errors/usage-error.js';

// A name, or "*." before one: "https://*.corp.example" is every host below corp.example, at any depth.
const wildcard = /^(https?:\/\/)\*\.(?=[^/])/;

/** The origins that may be authenticated to. */
export class Origins {
  readonly #exact = new Set<string>();
  readonly #below: URL[] = [];

  /** @param list Origins, such as `https://intranet` and `https://*.corp.example`. */
  constructor(list: readonly unknown[], name: string) {
    if (list.length === 0) throw createError('ERR_INVALID_ARG_VALUE', name, emptyReason);
    for (const [index, origin] of list.entries()) {
      const text = String(origin);
      const url = parseOrigin(text.replace(wildcard, '$1'));
      if (!url) throw createError('ERR_INVALID_ARG_VALUE', `${name}[${index}]`, originReason);
      if (wildcard.test(text)) this.#below.push(url);
      else this.#exact.add(url.origin);
    }
  }

  /** The only origin. Absent: there are others. */
  get single(): string | undefined {
    return this.#exact.size === 1 && this.#below.length === 0 ? [...this.#exact][0] : undefined;
  }

  has(url: URL): boolean {
    return this.#exact.has(url.origin) || this.#below.some((domain) => isBelow(url, domain));
  }
}

const emptyReason =
  'must name the origins that may be authenticated to, such as ["https://intranet"]';
const originReason = 'must be an origin, such as "https://intranet" or "https://*.corp.example"';

function parseOrigin(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  // The parser takes away what it does not need: an empty user, a backslash, a line break.
  return isBare && /^https?:\/\/[^/\\?#@\s*]+\/?$/i.test(text) ? url : undefined;
}

function isBelow(url: URL, domain: URL): boolean {
  return (
    url.protocol === domain.protocol &&
    url.port === domain.port &&
    url.hostname.endsWith(`.${domain.hostname}`)
  );
}
