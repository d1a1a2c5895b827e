import { once } from 'node:events';
import { mutated, randomNumbers } from './random.js';
import { RawClient } from './raw-client.js';

/** The tokens of a client's side of a handshake that was made before. */
export interface RecordedLogon {
  readonly name: string;
  readonly tokens: readonly Buffer[];
}

/** What the clients have, of two users each. */
export interface Recorded {
  readonly kerberos: readonly [RecordedLogon, RecordedLogon];
  readonly ntlm: readonly [RecordedLogon, RecordedLogon];
}

type Below = (limit: number) => number;

/** What one connection sends, and as whom it may get in. */
interface Plan {
  readonly requests: readonly string[];
  readonly names?: readonly string[];
}

type Package = keyof Recorded;

function write(line: string, { token, package: name = 'kerberos', more = [] }: Head = {}): string {
  const authorization = token ? [`Authorization: Negotiate ${token.toString('base64')}`] : [];
  return [line, 'Host: x', `X-Package: ${name}`, ...authorization, ...more, '', ''].join('\r\n');
}

interface Head {
  token?: Buffer | undefined;
  package?: Package;
  more?: readonly string[];
}

const get = (head: Head = {}) => write('GET / HTTP/1.1', head);
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];

function textOf(length: number, below: Below, from: number, to: number): string {
  return String.fromCharCode(...Array.from({ length }, () => from + below(to - from)));
}

function ntlm([first, last]: readonly Buffer[], more: readonly string[] = []): string[] {
  return [first, last].map((token) => get({ token, package: 'ntlm', more }));
}

const plans = {
  'no request': () => ({ requests: [''] }),
  garbage: (_, below) => ({ requests: [`${textOf(1 + below(2000), below, 0, 256)}\r\n\r\n`] }),
  'a header of garbage': (_, below) => ({
    requests: [get({ more: [`Authorization: ${textOf(1 + below(200), below, 32, 256)}`] })],
  }),
  'no token': () => ({ requests: [get(), get({ package: 'ntlm' })] }),
  // The provider does not look at bytes behind a token: whoever gets in is the one whose token it was.
  'a wrong token': ({ kerberos: [{ name, tokens }] }, below) => ({
    requests: [get({ token: mutated(tokens[0] as Buffer, below) })],
    names: [name],
  }),
  'a token for one request': ({ kerberos: [{ name, tokens }] }) => ({
    requests: [get({ token: tokens[0] }), get()],
    names: [name],
  }),
  'a long answer': ({ kerberos: [{ name, tokens }] }) => ({
    requests: [write('GET /long HTTP/1.1', { token: tokens[0] })],
    names: [name],
  }),
  'three legs': ({ ntlm: [{ name, tokens }] }) => ({
    requests: [...ntlm(tokens), get({ package: 'ntlm' })],
    names: [name],
  }),
  'a wrong last leg': ({ ntlm: [{ name, tokens }] }, below) => ({
    requests: ntlm([tokens[0] as Buffer, mutated(tokens[1] as Buffer, below)]),
    names: [name],
  }),
  "a last leg of another connection's": ({ ntlm: [{ tokens }, other] }) => ({
    requests: ntlm([tokens[0] as Buffer, other.tokens[1] as Buffer]),
  }),
  'a last leg without a first one': ({ ntlm: [{ tokens }] }) => ({
    requests: ntlm(tokens).slice(1),
  }),
  'first legs': ({ ntlm: [{ tokens }] }) => ({
    requests: [...ntlm(tokens).slice(0, 1), ...ntlm(tokens).slice(0, 1)],
  }),
  "a handshake within another Authenticator's": ({ ntlm: [two], kerberos: [one] }) => {
    const [first, last] = ntlm(two.tokens) as [string, string];
    const requests = [first, get({ token: one.tokens[0] }), last, first];
    return { requests, names: [one.name, two.name] };
  },
  'pipelined requests': ({ ntlm: [two], kerberos: [one] }, below) => {
    const kinds = [get(), get({ token: one.tokens[0] }), ...ntlm(two.tokens)];
    const requests = Array.from({ length: 2 + below(10) }, () => kinds[below(4)]);
    return { requests: [requests.join('')], names: [one.name, two.name] };
  },
  'very many pipelined requests': ({ kerberos: [{ name, tokens }] }) => ({
    requests: [get({ token: tokens[0] }).repeat(100)],
    names: [name],
  }),
  'an upgrade': ({ kerberos: [{ name, tokens }] }, below) => ({
    requests: [
      get({ more: upgrade }),
      get({ more: upgrade, token: mutated(tokens[0] as Buffer, below) }),
    ],
    names: [name],
  }),
  'a malformed upgrade': () => ({
    requests: [get({ more: [...upgrade, 'Authorization: Negotiate ='] })],
  }),
  'an upgrade in three legs': ({ ntlm: [{ name, tokens }] }) => ({
    requests: ntlm(tokens, upgrade),
    names: [name],
  }),
  'a body that does not come': ({ kerberos: [{ name, tokens }] }) => ({
    requests: [
      write('POST / HTTP/1.1', { token: tokens[0], more: ['Content-Length: 9999'] }).concat(
        'begun',
      ),
    ],
    names: [name],
  }),
  'chunks of garbage': ({ kerberos: [{ name, tokens }] }, below) => ({
    requests: [
      write('POST / HTTP/1.1', {
        token: tokens[0],
        more: ['Transfer-Encoding: chunked'],
      }).concat(textOf(30, below, 0, 256)),
    ],
    names: [name],
  }),
} satisfies Record<string, (recorded: Recorded, below: Below) => Plan>;

/** When a client leaves, within its last request. */
const stages = [
  'before the head',
  'within the head',
  'behind the request',
  'while the server works',
  'within the answer',
  'behind the answer',
] as const;

const endings = ['a reset', 'a half close', 'a close'] as const;

const deliveries = ['all in one write', 'two writes', 'slow writes', 'one byte a write'] as const;

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function send(client: RawClient, text: string, below: Below): Promise<void> {
  // Most come in one: a write takes its time.
  const delivery = deliveries[Math.max(0, below(24) - 20)];
  if (delivery === 'all in one write' || delivery === 'one byte a write') {
    return client.send(text, text.length < 400 ? delivery : 'all in one write');
  }
  const at = below(text.length + 1);
  await client.send(text.slice(0, at));
  for (let turns = delivery === 'slow writes' ? 1 + below(50) : 0; turns > 0; turns--) await turn();
  await client.send(text.slice(at));
}

export interface Misbehaviour {
  readonly kind: string;
  readonly logons: number;
  /** Whom else the server took the client for. */
  readonly strangers: readonly string[];
}

/** One connection of a client that is up to no good. Gives what it was, and whom the server took it for. */
export async function misbehave(
  port: number,
  recorded: Recorded,
  seed: number,
  requested: (socketPort: number) => Promise<unknown>,
): Promise<Misbehaviour> {
  const below = randomNumbers(seed);
  const pick = <Value>(list: readonly Value[]) => list[below(list.length)] as Value;
  const [way, plan] = pick(Object.entries(plans));
  const { requests, names = [] }: Plan = plan(recorded, below);
  const stage = pick(stages);
  const ending = pick(endings);
  using client = await RawClient.connect(port);
  const { socket } = client;
  const closed = new Promise((resolve) => socket.once('close', resolve).once('end', resolve));
  let all = '';
  socket.on('data', (part: string) => {
    all += part;
  });
  const unlessClosed = (event: Promise<unknown>) => Promise.race([event.catch(() => {}), closed]);

  const before = requests.slice(0, 1 + below(requests.length));
  const last = before.pop() as string;
  for (const request of before) {
    await send(client, request, below);
    await unlessClosed(client.answer());
  }
  if (stage !== 'before the head') {
    const working = requested(socket.localPort as number);
    const isPart = stage === 'within the head';
    await send(client, isPart ? last.slice(0, below(last.length)) : last, below);
    if (last === '' || isPart) await turn();
    else if (stage === 'while the server works') await unlessClosed(working);
    else if (stage === 'within the answer') await unlessClosed(once(socket, 'data'));
    else if (stage === 'behind the answer') await unlessClosed(client.answer());
  }
  if (ending === 'a reset') socket.resetAndDestroy();
  if (ending === 'a half close') {
    socket.end();
    await closed;
  }
  socket.destroy();
  if (!socket.closed) await once(socket, 'close');
  const known = [...all.matchAll(/You are ([^\s.]+)\./g)].map(([, one]) => one as string);
  const kind = `${way}, ${stage}, ${ending}`;
  return { kind, logons: known.length, strangers: known.filter((one) => !names.includes(one)) };
}
