import { describe, expect, test } from 'vitest';
import { type ClientContext, Credentials } from 'winsspi';
import { clientOf, HttpConnection, HttpServer } from '../support/http.js';
import { checkProviderAfterEach, provider, providerInstalled } from '../support/provider.js';
import { randomNumbers } from '../support/random.js';

const clients = 400;
const requests = 4;

const textOf = (number: unknown) => Buffer.from(`client ${number}`);

describe.skipIf(!providerInstalled)('many clients on connections that stay', () => {
  checkProviderAfterEach();

  test('each get their own identity with every answer; half of them leave in the middle', async () => {
    // Each client has a key of its own, and only the server's context with the same one signs so that
    // it is satisfied.
    const server = await HttpServer.listen({ package: 'TestNtlm' }, ({ context }, { headers }) => ({
      signature: [...context.sign(textOf(headers['x-number']))],
    }));
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    const below = randomNumbers(7);
    let left = 0;
    let answers = 0;

    async function stay(connection: HttpConnection, context: ClientContext, number: string) {
      const headers = { 'x-number': number };
      for (let i = 0; i < requests; i++) {
        const answer = await (i === 0
          ? connection.logOn(context, { headers })
          : connection.get(headers));
        expect(answer.status).toBe(200);
        context.verify(textOf(number), Buffer.from(JSON.parse(answer.text).signature));
        answers += 1;
      }
    }

    // Before the answer to the first leg, after it, or before the answer to the last.
    async function leave(connection: HttpConnection, context: ClientContext) {
      const moment = below(3);
      if (moment === 1) await connection.logOn(context, { legs: 1 });
      const asked = moment === 1 ? undefined : connection.logOn(context, { legs: moment + 1 });
      asked?.catch(() => {});
      if (moment === 2) await new Promise((resolve) => setImmediate(resolve));
      connection.close();
      left += 1;
    }

    const all = Array.from({ length: clients }, async (_, index) => {
      using connection = new HttpConnection(server);
      using context = clientOf(credentials);
      await (index % 2 === 0 ? stay : leave)(connection, context, String(index));
    });
    await Promise.all(all);
    expect([answers, left]).toEqual([(clients / 2) * requests, clients / 2]);
    await server.close();
    expect(server.errors).toEqual([]);
    expect(server.authenticator.handshakes).toBe(0);
    while (provider.counters().contexts > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
