import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials } from 'winsspi';
import { type Answer, HttpConnection, HttpServer, tokenIn } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';
import { randomNumbers } from '../harness/support/random.js';

const clients = 1000;
const requests = 4;

const turn = () => new Promise((resolve) => setImmediate(resolve));
const textOf = (client: number, request: number) => Buffer.from(`${client}: ${request}`);

/** What a client does in the end, or in the middle of its handshake. */
type Way =
  | 'stays'
  /** Before the answer to its first token, after it, before the answer to its last one. */
  | 'leaves at once'
  | 'leaves in between'
  | 'leaves at last';

class Client implements Disposable {
  readonly connection: HttpConnection;
  readonly context: ClientContext;
  readonly #number: number;
  #challenges: string[] = [];
  /** Known when the first token is made. */
  name = '';

  constructor(server: HttpServer, credentials: Credentials, number: number) {
    this.connection = new HttpConnection(server);
    this.context = new ClientContext(credentials, { targetName: 'HTTP/localhost' });
    this.#number = number;
  }

  async begin(): Promise<Answer> {
    const { token } = await this.context.step();
    this.name = this.context.queryAttribute('names').userName;
    const answer = await this.#ask(0, token);
    this.#challenges = answer.challenges;
    return answer;
  }

  async goOn(): Promise<Answer> {
    return this.#ask(0, (await this.context.step(tokenIn(this.#challenges))).token);
  }

  again(request: number): Promise<Answer> {
    return this.#ask(request);
  }

  /** The server knows this client by name, and signs with the key of this client's session. */
  check(answer: Answer, request: number): void {
    expect(answer.status).toBe(200);
    const { name, signature } = JSON.parse(answer.text);
    expect(name).toBe(this.name);
    this.context.verify(textOf(this.#number, request), Buffer.from(signature));
  }

  #ask(request: number, token?: Buffer): Promise<Answer> {
    const authorization = token && { authorization: `Negotiate ${token.toString('base64')}` };
    const numbers = { 'x-client': String(this.#number), 'x-request': String(request) };
    return this.connection.get({ ...numbers, ...authorization });
  }

  [Symbol.dispose](): void {
    this.connection.close();
    this.context.close();
  }
}

/** In an order that has nothing to do with the one before, and always the same. */
function shuffled<Value>(list: readonly Value[], below: (limit: number) => number): Value[] {
  const rest = [...list];
  return list.map(() => rest.splice(below(rest.length), 1)[0] as Value);
}

describe.skipIf(!providerInstalled)('a thousand clients on connections that stay', () => {
  checkProviderAfterEach();

  test('each get their own identity with every answer; half of them leave in the middle', async () => {
    provider.behave('ownNames', 1);
    const options = {
      package: 'TestNtlm',
      handshakeTimeout: 120_000,
      maxHandshakesPerAddress: clients,
      flags: { integrity: true },
    };
    const server = await HttpServer.listen(options, (auth, { headers }) => ({
      name: auth.name,
      signature: [
        ...auth.context.sign(textOf(Number(headers['x-client']), Number(headers['x-request']))),
      ],
    }));
    // A client waits for all others between its tokens: on a busy machine longer than Node's 5 seconds.
    server.server.keepAliveTimeout = 120_000;
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    const below = randomNumbers(7);
    const leaving: Way[] = ['leaves at once', 'leaves in between', 'leaves at last'];
    const all = Array.from({ length: clients }, (_, index) => ({
      client: new Client(server, credentials, index),
      way: index % 2 === 0 ? 'stays' : (leaving[below(3)] as Way),
    }));
    const those = (...ways: Way[]) => all.filter(({ way }) => ways.includes(way));

    // Everybody's first token comes before anybody's second one.
    const begun = all.map(async ({ client, way }) => {
      const asked = client.begin();
      if (way !== 'leaves at once') return expect((await asked).status).toBe(401);
      asked.catch(() => {});
      while (client.name === '') await turn();
      return client.connection.close();
    });
    await Promise.all(begun);
    const under = all.length - those('leaves at once').length;
    while (server.authenticator.handshakes > under) await turn();
    expect(server.authenticator.handshakes).toBe(under);
    expect(new Set(all.map(({ client }) => client.name)).size).toBe(clients);

    for (const { client } of those('leaves in between')) client.connection.close();
    let answers = 0;
    const ended = shuffled(those('stays', 'leaves at last'), below).map(async ({ client, way }) => {
      const asked = client.goOn();
      if (way === 'leaves at last') {
        asked.catch(() => {});
        await turn();
        return client.connection.close();
      }
      client.check(await asked, 0);
      for (let request = 1; request < requests; request++) {
        client.check(await client.again(request), request);
        answers += 1;
      }
      answers += 1;
    });
    await Promise.all(ended);
    expect(answers).toBe((clients / 2) * requests);

    while (server.authenticator.handshakes > 0) await turn();
    // Those of the clients, and of those that have stayed.
    while (provider.counters().contexts > clients + clients / 2) await turn();
    for (const { client } of all) client[Symbol.dispose]();
    await server.close();
    expect(server.errors).toEqual([]);
    while (provider.counters().contexts > 0) await turn();
  }, 90_000);
});
