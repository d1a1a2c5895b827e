import { usageError } from '../errors/usage-error.js';
import { validateString } from '../validate.js';

// WWW-Authenticate, Proxy-Authenticate, Authorization and Proxy-Authorization.
// https://www.rfc-editor.org/rfc/rfc9110#section-11

/** A challenge of a server, or the credentials of a client: both have this form. */
export interface Challenge {
  /** As it was written; schemes are compared without regard to case. */
  readonly scheme: string;
  /** The text behind the scheme, such as the base64 of a Negotiate token. */
  readonly token?: string;
  /** The parameters by their names in lower case, where there is no token. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The longest value that is parsed, in characters: the base64 of 48 KiB, the longest token of Windows. */
export const LONGEST_HEADER = 0x10000 + 0x400;

/** The most that a client reads of a response before its body, in bytes. */
export const LONGEST_HEAD = 0x20000;

// Sticky expressions, each of which consumes characters from the front of the text: none of them matches again what
// another one has consumed, so the time for a hostile value is linear in its length.
const patterns = {
  space: /[ \t]*/y,
  word: /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y,
  token68: /[A-Za-z0-9\-._~+/]+=*/y,
  equals: /[ \t]*=[ \t]*/y,
  text: /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)"/y,
};

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position === this.#text.length;
  }

  back(position: number): void {
    this.#position = position;
  }

  take(kind: keyof typeof patterns): RegExpExecArray | undefined {
    const pattern = patterns[kind];
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#position = pattern.lastIndex;
    return match;
  }

  takeComma(): boolean {
    if (this.#text[this.#position] !== ',') return false;
    this.#position += 1;
    return true;
  }

  /** Whether an element of a list ends here. */
  get atBorder(): boolean {
    const { position } = this;
    this.take('space');
    const result = this.atEnd || this.#text[this.#position] === ',';
    this.back(position);
    return result;
  }

  /** Skips the commas and spaces between elements. Returns whether there was a comma, or the end. */
  skipBorder(): boolean {
    this.take('space');
    let found = this.atEnd;
    while (this.takeComma()) {
      found = true;
      this.take('space');
    }
    return found;
  }
}

/**
 * Parses the challenges in the values of a header; one value may have several, with commas between them. Skips a
 * value that is malformed, so that a client can use the others.
 *
 * @param values The values of WWW-Authenticate or Proxy-Authenticate, one for each header field.
 * @returns The challenges, in their order.
 *
 * @example
 * parseChallenges(response.headersDistinct['www-authenticate']); // [{ scheme: 'Negotiate' }, { scheme: 'NTLM' }]
 */
export function parseChallenges(values: string | readonly string[] | undefined): Challenge[] {
  if (values === undefined) return [];
  const list = typeof values === 'string' ? [values] : values;
  return list.flatMap((value) => parseList(value) ?? []);
}

/**
 * Parses the credentials in the value of an Authorization header.
 *
 * @param value The value of one header field.
 * @returns The credentials; or undefined where the value is malformed, such as with a second scheme behind a comma.
 * @throws {TypeError} The value is no text.
 *
 * @example
 * parseAuthorization('Negotiate YIIB'); // { scheme: 'Negotiate', token: 'YIIB' }
 */
export function parseAuthorization(value: string): Challenge | undefined {
  if (typeof value !== 'string') {
    throw usageError('ERR_INVALID_ARG_TYPE', '"value" must be a string');
  }
  const list = parseList(value);
  const [only] = list ?? [];
  const empties = /^[ \t]*,|,[ \t]*$/.test(value);
  return list?.length === 1 && !empties ? only : undefined;
}

/**
 * Formats a challenge or credentials as the value of a header.
 *
 * @param challenge A scheme, with a token or parameters.
 * @returns The value of the header field.
 * @throws {TypeError} A part has characters that are not allowed there, or there are a token and parameters.
 *
 * @example
 * formatChallenge({ scheme: 'Basic', parameters: { realm: 'intranet' } }); // 'Basic realm="intranet"'
 */
export function formatChallenge({ scheme, token, parameters = {} }: Challenge): string {
  validateWord(scheme, 'scheme');
  const list = Object.entries(parameters);
  if (token !== undefined && list.length > 0) {
    throw usageError('ERR_INVALID_ARG_VALUE', 'A challenge has a token or parameters, not both');
  }
  if (token !== undefined) {
    if (!matches('token68', token)) {
      throw usageError('ERR_INVALID_ARG_VALUE', '"token" must be base64, or a token68 of RFC 9110');
    }
    return `${scheme} ${token}`;
  }
  const parts = list.map(([name, value]) => `${validWord(name, 'a parameter')}=${quoted(value)}`);
  return [scheme, parts.join(', ')].filter((part) => part !== '').join(' ');
}

function parseList(value: string): Challenge[] | undefined {
  if (value.length > LONGEST_HEADER) return undefined;
  const reader = new Reader(value);
  const challenges: Challenge[] = [];
  reader.skipBorder();
  while (!reader.atEnd) {
    const challenge = parseOne(reader);
    if (!challenge) return undefined;
    challenges.push(challenge);
    if (!reader.skipBorder()) return undefined;
  }
  return challenges;
}

function parseOne(reader: Reader): Challenge | undefined {
  const scheme = reader.take('word')?.[0];
  if (scheme === undefined) return undefined;
  if (reader.atBorder) return { scheme };
  if (reader.take('space')?.[0] === '') return undefined;
  const token = parseToken(reader);
  if (token !== undefined) return { scheme, token };
  const parameters = parseParameters(reader);
  return parameters && { scheme, parameters };
}

// `abc==` is a token, and `abc=def` a parameter: the characters behind them differ.
function parseToken(reader: Reader): string | undefined {
  const { position } = reader;
  const token = reader.take('token68')?.[0];
  if (token !== undefined && reader.atBorder) return token;
  reader.back(position);
  return undefined;
}

// A comma is followed by the next parameter or by the next challenge.
function parseParameters(reader: Reader): Record<string, string> | undefined {
  const parameters: Record<string, string> = Object.create(null);
  for (let count = 0; ; count++) {
    const { position } = reader;
    if (count > 0 && (!reader.skipBorder() || reader.atEnd)) return parameters;
    const parameter = parseParameter(reader);
    if (!parameter) {
      reader.back(position);
      return count > 0 ? parameters : undefined;
    }
    const [name, value] = parameter;
    if (name in parameters) return undefined; // Two values are ambiguous.
    parameters[name] = value;
    if (!reader.atBorder) return undefined;
  }
}

function parseParameter(reader: Reader): [string, string] | undefined {
  const name = reader.take('word')?.[0];
  if (name === undefined || !reader.take('equals')) return undefined;
  const text = reader.take('text')?.[1];
  const value = text === undefined ? reader.take('word')?.[0] : text.replace(/\\(.)/g, '$1');
  return value === undefined ? undefined : [name.toLowerCase(), value];
}

function matches(kind: 'word' | 'token68', value: string): boolean {
  const pattern = patterns[kind];
  pattern.lastIndex = 0;
  return pattern.test(value) && pattern.lastIndex === value.length;
}

function validWord(value: string, name: string): string {
  validateWord(value, name);
  return value;
}

function validateWord(value: unknown, name: string): void {
  validateString(value, name);
  if (matches('word', value)) return;
  throw usageError('ERR_INVALID_ARG_VALUE', `"${name}" must be a token of RFC 9110`);
}

function quoted(value: string): string {
  validateString(value, 'a parameter');
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw usageError('ERR_INVALID_ARG_VALUE', 'A parameter must not contain control characters');
  }
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
