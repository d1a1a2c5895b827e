import { describe, expect, test } from 'vitest';
import {
  SCHANNEL_SHUTDOWN,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecurityContext,
} from 'winsspi';
import type { Pair } from '../../harness/support/handshake.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

// Arguments whose reading runs code of the caller's, at every place of every method.

const text = Buffer.from('the text of the message');

type Method = Exclude<
  {
    [Name in keyof SecurityContext]: SecurityContext[Name] extends (...args: never[]) => unknown
      ? Name
      : never;
  }[keyof SecurityContext],
  'step' | 'close' | 'export' | 'queryAttribute' | 'setAttribute' | symbol
>;

/** Arguments with which a method succeeds. */
type NewArguments = (pair: Pair) => unknown[];

const token = (length = 128) => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(length) });
const data = () => ({ type: SECBUFFER_DATA, data: Buffer.from(text) });
const unprotected = () => [[token(), data()], { qop: 0, sequenceNumber: 0 }];
const encrypted = ({ client }: Pair) => [
  client.encryptMessage([token(), data()]),
  { sequenceNumber: 0 },
];
const signed = ({ client }: Pair) => [
  client.makeSignature([data(), token()]),
  { sequenceNumber: 0 },
];
const shutdown = () => {
  const buffer = token(4);
  buffer.data.writeUInt32LE(SCHANNEL_SHUTDOWN);
  return [[buffer]];
};

const methods: Record<Method, NewArguments> = {
  encryptMessage: unprotected,
  encryptMessageAsync: unprotected,
  makeSignature: unprotected,
  makeSignatureAsync: unprotected,
  decryptMessage: encrypted,
  decryptMessageAsync: encrypted,
  verifySignature: signed,
  verifySignatureAsync: signed,
  applyControlToken: shutdown,
  wrap: () => [text, { encrypt: true }],
  wrapAsync: () => [text, { encrypt: true }],
  wrapInto: () => [Buffer.alloc(200), text, { encrypt: true }],
  wrapDetached: () => [text, { encrypt: true }],
  unwrap: ({ client }) => [client.wrap(text)],
  unwrapAsync: ({ client }) => [client.wrap(text)],
  unwrapDetached: ({ client }) => [{ ...client.wrapDetached(text) }],
  sign: () => [text],
  verify: ({ client }) => [text, client.sign(text)],
};

const incoming = /^(decrypt|verify|unwrap)/;
const contextOf = (pair: Pair, method: Method) =>
  incoming.test(method) ? pair.server : pair.client;

async function call(context: SecurityContext, method: Method, values: unknown[]): Promise<unknown> {
  return Reflect.apply(context[method], context, values);
}

/** The arguments with something hostile at one place. `attack` is the code that it runs when it is read. */
interface Hostile {
  readonly place: string;
  /** Whether its code has to run: winsspi has to read it, and cannot do so in another way. */
  readonly isRead: boolean;
  readonly make: (values: unknown[], attack: () => void) => unknown[];
}

type Place = readonly (string | number)[];

/** All objects and properties in arguments, by the way to them. */
function placesIn(value: unknown, way: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [way];
  if (value instanceof Uint8Array) return [way];
  return [
    way,
    ...Object.keys(value).flatMap((key) => placesIn(Reflect.get(value, key), [...way, key])),
  ];
}

function at(value: unknown, [key, ...rest]: Place): unknown {
  return key === undefined ? value : at(Reflect.get(value as object, key), rest);
}

/** Replaces what is at a place; the list of arguments itself is ours, and no place of a caller's. */
function replace(values: unknown[], place: Place, change: (holder: object, key: string) => void) {
  const holder = at(values, place.slice(0, -1)) as object;
  change(holder, String(place.at(-1)));
  return values;
}

const getter = (place: Place): Hostile => ({
  place: `a getter at ${place.join('.')}`,
  isRead: true,
  make: (values, attack) =>
    replace(values, place, (holder, key) => {
      const value: unknown = Reflect.get(holder, key);
      const get = () => {
        attack();
        return value;
      };
      Object.defineProperty(holder, key, { get, enumerable: true });
    }),
});

function proxyOf(target: object, attack: () => void): object {
  const traps = Object.getOwnPropertyNames(Reflect) as (keyof typeof Reflect)[];
  const handler = traps.map((trap) => [
    trap,
    (...args: unknown[]) => {
      attack();
      return Reflect.apply(Reflect[trap] as () => unknown, Reflect, args);
    },
  ]);
  return new Proxy(target, Object.fromEntries(handler));
}

const proxy = (place: Place): Hostile => ({
  place: `a Proxy at ${place.join('.')}`,
  isRead: true,
  make: (values, attack) =>
    replace(values, place, (holder, key) => {
      const target = Reflect.get(holder, key) as object;
      Reflect.set(holder, key, proxyOf(target, attack));
    }),
});

// What bytes are and where they lie is known without their properties.
const proxyPrototype = (place: Place): Hostile => ({
  place: `bytes with a Proxy as their prototype at ${place.join('.')}`,
  isRead: false,
  make: (values, attack) =>
    replace(values, place, (holder, key) => {
      const bytes = new Uint8Array(Reflect.get(holder, key) as Uint8Array);
      Object.setPrototypeOf(bytes, proxyOf(Object.getPrototypeOf(bytes), attack));
      Reflect.set(holder, key, bytes);
    }),
});

const ownProperties = (place: Place): Hostile => ({
  place: `bytes with getters at ${place.join('.')}`,
  isRead: false,
  make: (values, attack) =>
    replace(values, place, (holder, key) => {
      const bytes = new Uint8Array(Reflect.get(holder, key) as Uint8Array);
      for (const name of ['length', 'byteLength', 'byteOffset', 'buffer', 'constructor']) {
        const get = () => {
          attack();
          return Reflect.get(Uint8Array.prototype, name, bytes);
        };
        Object.defineProperty(bytes, name, { get });
      }
      Reflect.set(holder, key, bytes);
    }),
});

function hostileIn(values: unknown[]): Hostile[] {
  return placesIn(values).flatMap((place) => {
    if (place.length === 0) return [];
    const value = at(values, place);
    const isArgument = place.length === 1;
    const getters = isArgument ? [] : [getter(place)];
    if (value instanceof Uint8Array) {
      return [...getters, proxyPrototype(place), ownProperties(place)];
    }
    return typeof value === 'object' ? [...getters, proxy(place)] : getters;
  });
}

interface Attack {
  readonly code: string;
  /** Starts what the arguments do to the context; returns what has to be awaited in the end. */
  readonly run: (context: SecurityContext) => Promise<unknown>;
}

const attacks: Record<string, Attack> = {
  'closes the context': {
    code: 'ERR_SSPI_CONTEXT_CLOSED',
    run: async (context) => context.close(),
  },
  'starts a step': {
    code: 'ERR_SSPI_CONTEXT_BUSY',
    run: (context) => context.step(),
  },
};

const messageFunctions = [
  'EncryptMessage',
  'DecryptMessage',
  'MakeSignature',
  'VerifySignature',
  'ApplyControlToken',
] as const;

describe.skipIf(!providerInstalled)('an argument that runs code of the caller', () => {
  checkProviderAfterEach();

  const cases = Object.keys(methods).flatMap((method) =>
    Object.keys(attacks).map((attack) => [method as Method, attack] as const),
  );

  test.each(cases)('of %s and %s is an error, and nothing is called', async (method, name) => {
    const { code, run } = attacks[name] as Attack;
    using sample = await providerPair('TestScript');
    for (const { place, isRead, make } of hostileIn(methods[method](sample))) {
      using pair = await providerPair('TestScript');
      const context = contextOf(pair, method);
      // So that a complete context has a step left.
      context.applyControlToken(...(shutdown() as [never]));
      let attacked = 0;
      let ended: Promise<unknown> | undefined;
      const values = make(methods[method](pair), () => {
        attacked += 1;
        ended ??= run(context);
      });
      provider.forgetCalls();
      provider.hold('InitializeSecurityContext');
      provider.hold('AcceptSecurityContext');
      const outcome = await call(context, method, values).then(
        () => 'done',
        (error) => error.code,
      );
      const called = callsOf(...messageFunctions).length;
      provider.release('InitializeSecurityContext');
      provider.release('AcceptSecurityContext');
      await ended?.catch(() => {});
      const expected = isRead ? [true, code, 0] : [false, 'done', 1];
      expect.soft([attacked > 0, outcome, called], place).toEqual(expected);
    }
  });

  test('and opens a message of another context does not change what is reported of this one', async () => {
    using one = await providerPair('TestKerberos');
    using other = await providerPair('TestKerberos');
    const signed = one.client.wrap(text, { encrypt: false });
    const inner = other.client.wrapDetached(text);
    let ran = 0;
    const stream = new Uint8Array(signed);
    const decryptOther = () => {
      ran += 1;
      if (ran > 1) return;
      other.server.decryptMessage([
        { type: SECBUFFER_TOKEN, data: inner.token },
        { type: SECBUFFER_DATA, data: inner.message },
      ]);
    };
    Object.setPrototypeOf(stream, proxyOf(Object.getPrototypeOf(stream), decryptOther));
    const { qop, buffers } = one.server.decryptMessage([
      { type: SECBUFFER_STREAM, data: stream },
      { type: SECBUFFER_DATA, data: null },
    ]);
    expect(qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
    expect(Buffer.from(buffers[1]?.data as Uint8Array)).toEqual(text);
    expect(ran).toBe(0);
  });
});

describe.skipIf(!providerInstalled)('memory that is detached', () => {
  checkProviderAfterEach();

  test.each(Object.keys(methods) as Method[])(
    'of %s is an error, and nothing is called: it is no empty message',
    async (method) => {
      using pair = await providerPair('TestScript');
      const values = methods[method](pair);
      const places = placesIn(values).filter((place) => at(values, place) instanceof Uint8Array);
      expect(places.length).toBeGreaterThan(0);
      for (const place of places) {
        const bytes = new Uint8Array(8);
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        const detached = replace(methods[method](pair), place, (holder, key) => {
          Reflect.set(holder, key, bytes);
        });
        provider.forgetCalls();
        const outcome = await call(contextOf(pair, method), method, detached).then(
          () => 'done',
          (error) => error.code,
        );
        const called = callsOf(...messageFunctions).length;
        expect.soft([outcome, called], place.join('.')).toEqual(['ERR_SSPI_BUFFER_DETACHED', 0]);
      }
    },
  );
});

// Setters that a caller has put on the prototypes of all arrays and objects.
describe.skipIf(!providerInstalled)('a setter on a prototype', () => {
  checkProviderAfterEach();

  const names = {
    Array: ['0', '1', '2', '3', '4'],
    Object: [
      ...['type', 'data', 'qop', 'status', 'buffers', 'sequenceNumber', 'name', 'message'],
      ...['encrypted', 'token', 'padding', 'offset', 'length', 'encrypt'],
    ],
  };

  // Without an array or an object of its own, for which the setters would run too.
  function whileTrapped<Value>(attack: () => void, work: () => Value): Value {
    const setters = { set: attack, get: () => undefined, configurable: true };
    for (const key of names.Array) Object.defineProperty(Array.prototype, key, setters);
    for (const key of names.Object) Object.defineProperty(Object.prototype, key, setters);
    try {
      return work();
    } finally {
      for (const key of names.Array) Reflect.deleteProperty(Array.prototype, key);
      for (const key of names.Object) Reflect.deleteProperty(Object.prototype, key);
    }
  }

  test.each(Object.keys(methods) as Method[])('is not run by %s', async (method) => {
    for (const many of [false, true]) {
      using pair = await providerPair('TestScript');
      const context = contextOf(pair, method);
      const values = methods[method](pair);
      // More buffers than calls usually have.
      if (many && Array.isArray(values[0])) {
        values[0].push(...Array(3).fill({ type: 0, data: null }));
      }
      const target = context[method] as (...args: unknown[]) => unknown;
      let run = 0;
      const [first, second, third] = values;
      const count = () => {
        run += 1;
      };
      const called = whileTrapped(count, () => target.call(context, first, second, third));
      await called;
      expect(run).toBe(0);
    }
  });
});
