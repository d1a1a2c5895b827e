import { request } from 'node:http';
import { expect, test } from 'vitest';
import { isImpersonating } from 'winsspi';
import { NegotiateAgent, NegotiateClient, negotiateFetch } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { providerInstalled } from '../harness/support/provider.js';

test.skipIf(!providerInstalled)(
  'inside impersonate() no request is made, which would be one of the process',
  async () => {
    const results: unknown[] = [];
    await using server = await HttpServer.listen(
      { package: 'TestKerberos' },
      async ({ context }) => {
        const origin = `http://127.0.0.1:${server.port}`;
        const options = { package: 'TestKerberos', allowedOrigins: [origin] };
        using client = new NegotiateClient(options);
        using agent = new NegotiateAgent(options);
        const impersonated = <Value>(call: () => Value) =>
          // A promise is not a result of impersonate().
          (context.impersonate(() => [isImpersonating(), call()]) as [boolean, Value])[1];
        results.push(isImpersonating());
        const refused = { code: 'ERR_SSPI_IMPERSONATING' };
        await expect(impersonated(() => client.fetch(origin))).rejects.toMatchObject(refused);
        const one = impersonated(() => negotiateFetch(origin, { negotiate: options }));
        await expect(one).rejects.toMatchObject(refused);
        expect(() => impersonated(() => request(origin, { agent }))).toThrow(
          expect.objectContaining(refused),
        );
        results.push('refused');
      },
    );
    const negotiate = { package: 'TestKerberos' };
    const response = await negotiateFetch(`http://127.0.0.1:${server.port}`, { negotiate });
    expect([response.status, results]).toEqual([200, [false, 'refused']]);
    await response.body?.cancel();
  },
);
