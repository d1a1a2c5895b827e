import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import axios from 'axios';
import got from 'got';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { tlsFiles } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { scripted } from '../harness/support/scripted-server.js';

// axios, got, node:http and undici with servers that are not ours: Apache with mod_auth_gssapi, over
// MIT's Kerberos, and one of python3-gssapi, over gss-ntlmssp. They answer who they take the client for,
// the method and the body.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const apache = () => `http://localhost:${theLab().apache.http}`;
const secureApache = () => `https://localhost:${theLab().apache.https}`;
const ntlmServer = () => `http://localhost:${theLab().httpPeer.port}`;
const origins = () => [apache(), secureApache(), ntlmServer()];
const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

type Options = Partial<ClientOptions>;

function asBob(options: Options = {}): ClientOptions {
  const { bob } = theLab().users;
  const base = { package: names.Negotiate, identity: bob, allowedOrigins: origins(), tls };
  return { ...base, ...options };
}

type Answer = [status: number | undefined, text: string];

/** Posts texts to a URL, one after the other, as each library is told to do it. */
type Library = (url: string, bodies: string[], options: Options) => Promise<Answer[]>;

async function inOrder(bodies: string[], post: (body: string) => Promise<Answer>) {
  const answers: Answer[] = [];
  for (const body of bodies) {
    const [status, text] = await post(body);
    answers.push([status, text.trim()]);
  }
  return answers;
}

function withAgents<Value>(
  options: Options,
  use: (agents: { http: NegotiateAgent; https: NegotiateHttpsAgent }) => Promise<Value>,
): Promise<Value> {
  const http = new NegotiateAgent(asBob(options));
  const https = new NegotiateHttpsAgent(asBob(options));
  return use({ http, https }).finally(() => {
    http.destroy();
    https.destroy();
  });
}

const libraries: Record<string, Library> = {
  axios: (url, bodies, options) =>
    withAgents(options, ({ http, https }) =>
      inOrder(bodies, async (body) => {
        const config = { httpAgent: http, httpsAgent: https, validateStatus: () => true };
        const { status, data } = await axios.post(url, body, { ...config, proxy: false });
        return [status, data];
      }),
    ),
  got: (url, bodies, options) =>
    withAgents(options, (agent) =>
      inOrder(bodies, async (body) => {
        const settings = { body, agent, throwHttpErrors: false, retry: { limit: 0 } };
        const answer = await got.post(url, settings);
        return [answer.statusCode, answer.body];
      }),
    ),
  'node:http': (url, bodies, options) =>
    withAgents(options, ({ http, https }) =>
      inOrder(bodies, async (body) => {
        const sent = url.startsWith('https:')
          ? tlsRequest(url, { agent: https, method: 'POST' })
          : request(url, { agent: http, method: 'POST' });
        const [response] = (await once(sent.end(body), 'response')) as [IncomingMessage];
        let text = '';
        for await (const part of response.setEncoding('utf8')) text += part;
        return [response.statusCode, text];
      }),
    ),
  async 'undici, by a dispatcher'(url, bodies, options) {
    const dispatcher = negotiateDispatcher(undici, asBob(options));
    try {
      return await inOrder(bodies, (body) => undiciAnswer(url, body, dispatcher));
    } finally {
      await dispatcher.close();
    }
  },
  async 'fetch of Node'(url, bodies, options) {
    using client = new NegotiateClient(asBob(options));
    return await inOrder(bodies, async (body) => {
      const response = await client.fetch(url, { method: 'POST', body });
      return [response.status, await response.text()];
    });
  },
  async 'fetch of undici'(url, bodies, options) {
    const dispatcher = negotiateDispatcher(undici, asBob(options));
    try {
      return await inOrder(bodies, async (body) => {
        const response = await undici.fetch(url, { method: 'POST', body, dispatcher });
        return [response.status, await response.text()];
      });
    } finally {
      await dispatcher.close();
    }
  },
};

async function undiciAnswer(
  url: string,
  body: string,
  dispatcher: undici.Dispatcher,
): Promise<Answer> {
  const answer = await undici.request(url, { method: 'POST', body, dispatcher });
  return [answer.statusCode, await answer.body.text()];
}

/** The errors of a library and those within them. */
async function errorsOf(answers: Promise<unknown>): Promise<Error[]> {
  const errors: Error[] = [];
  await answers.then(
    () => {},
    (error) => {
      for (let cause = error; cause instanceof Error; cause = cause.cause) errors.push(cause);
    },
  );
  return errors;
}

describe.skipIf(!lab).each(Object.entries(libraries))(`%s (${needsDomain})`, (_, ask) => {
  const posted = (who: string, bodies: string[]) =>
    bodies.map((body) => [200, `${who} POST ${body}`]);

  test.each(['kerberos', 'connection'])('gets into Apache by Kerberos, at /%s', async (path) => {
    const bodies = ['first', 'second', 'third'];
    const answers = await ask(`${apache()}/${path}`, bodies, {});
    expect(answers).toEqual(posted('bob@CORP.TEST', bodies));
  });

  test('gets into Apache over TLS, with channel bindings', async () => {
    const answers = await ask(`${secureApache()}/kerberos`, ['a', 'b'], {});
    expect(answers).toEqual(posted('bob@CORP.TEST', ['a', 'b']));
  });

  test('gets into a server with NTLM, in three legs on one connection', async () => {
    const options = { package: names.NTLM, schemes: ['NTLM'] } satisfies Options;
    const answers = await ask(`${ntlmServer()}/`, ['a', 'b', 'c'], options);
    expect(answers).toEqual(posted('CORP\\bob', ['a', 'b', 'c']));
  });

  test('is refused with a wrong password', async () => {
    const identity = { ...theLab().users.bob, password: 'wrong' };
    const ntlm = { package: names.NTLM, schemes: ['NTLM'], identity } satisfies Options;
    expect(await ask(`${ntlmServer()}/`, ['a'], ntlm)).toEqual([[401, 'Who are you?']]);
    const kerberos = { package: names.Kerberos, identity };
    const errors = await errorsOf(ask(`${apache()}/kerberos`, ['a'], kerberos));
    expect(errors.map(({ name }) => name)).toContain('LogonDeniedError');
  });

  test('is refused under a name that the domain does not know', async () => {
    const targetName = () => 'HTTP/unknown.corp.test';
    const unknown = { package: names.Kerberos, targetName };
    const errors = await errorsOf(ask(`${apache()}/kerberos`, ['a'], unknown));
    expect(errors.map(({ name }) => name)).toContain('TargetUnknownError');
  });

  test('gives no token to a host that is not allowed, and none to where it is sent on to', async () => {
    const allowedOrigins = [ntlmServer()];
    const [answer] = await ask(`${apache()}/kerberos`, ['a'], { allowedOrigins });
    expect(answer?.[0]).toBe(401);
    await using elsewhere = await scripted((received, response) => {
      response.writeHead(received.headers.authorization ? 200 : 401, {
        'WWW-Authenticate': 'Negotiate',
      });
      response.end();
    });
    const [foreign] = await ask(elsewhere.origin, ['a'], {});
    expect(foreign?.[0]).toBe(401);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe.skipIf(!lab)(`a redirect of a library's own (${needsDomain})`, () => {
  test.each(['axios', 'got'])('%s takes no token to another host', async (name) => {
    await using elsewhere = await scripted((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' }).end('no');
    });
    await using first = await scripted((_, response) => {
      response.writeHead(303, { Location: elsewhere.origin }).end();
    });
    const ask = libraries[name] as Library;
    const answers = await ask(first.origin, ['a'], { allowedOrigins: [first.origin] });
    expect(answers).toEqual([[401, 'no']]);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
