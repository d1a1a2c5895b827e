import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import * as undici from 'undici';
import {
  NegotiateAgent,
  type NegotiateAgentOptions,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
  negotiateInterceptor,
} from 'winsspi/http';
import { tlsFiles } from './http.js';

export const trustingTls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

// Wine 8 does not connect a socket that has TCP's keep-alive set.
export const forWine = { connect: { keepAlive: false } };

export interface Asked {
  method?: string;
  body?: string;
  /** Only undici has it. */
  reset?: boolean;
  headers?: Record<string, string>;
}

export interface ClientAnswer {
  readonly status: number | undefined;
  readonly text: string;
}

export interface Asking {
  ask(url: string, request?: Asked): Promise<ClientAnswer>;
  close(): unknown;
}

type MakeClient = (origin: string, options?: Partial<NegotiateAgentOptions>) => Asking;

const optionsFor = (origin: string, options: Partial<NegotiateAgentOptions>) => ({
  package: 'TestNtlm',
  tls: trustingTls,
  allowedOrigins: [origin],
  ...options,
});

async function askUndici(url: string, dispatcher: undici.Dispatcher, more: Asked) {
  const answer = await undici.request(url, { dispatcher, ...(more as object) });
  return { status: answer.statusCode, text: await answer.body.text() };
}

/** What winsspi/http has for clients, each with one connection. */
export const httpClients: Record<string, MakeClient> = {
  NegotiateClient(origin, options = {}) {
    const { maxKeptBody: _, ...rest } = optionsFor(origin, options);
    const client = new NegotiateClient(rest);
    return {
      async ask(url, more = {}) {
        const response = await client.fetch(url, more);
        return { status: response.status, text: await response.text() };
      },
      close: () => client.close(),
    };
  },
  NegotiateAgent(origin, options = {}) {
    const settings = optionsFor(origin, options);
    const isTls = origin.startsWith('https:');
    const Kind = isTls ? NegotiateHttpsAgent : NegotiateAgent;
    const agent = new Kind(settings, { maxSockets: 1 });
    return {
      async ask(url, { method = 'GET', body, headers = {} } = {}) {
        const framed = body === undefined ? {} : { 'content-length': body.length };
        const init = { agent, method, headers: { ...headers, ...framed } };
        const sent = (isTls ? tlsRequest : request)(url, init).end(body);
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        let text = '';
        for await (const part of response.setEncoding('utf8')) text += part;
        return { status: response.statusCode, text };
      },
      close: () => agent.destroy(),
    };
  },
  negotiateDispatcher(origin, options = {}) {
    const more = { ...forWine, connections: 1 };
    const dispatcher = negotiateDispatcher(undici, optionsFor(origin, options), more);
    return {
      ask: (url, asked = {}) => askUndici(url, dispatcher, asked),
      close: () => dispatcher.destroy(),
    };
  },
  negotiateInterceptor(origin, options = {}) {
    const interceptor = negotiateInterceptor(optionsFor(origin, options));
    const build = { ...trustingTls, ...forWine.connect, allowH2: false };
    const connect = interceptor.connector(undici.buildConnector(build));
    const agent = new undici.Agent({ connections: 1, pipelining: 1, allowH2: false, connect });
    const dispatcher = agent.compose(interceptor);
    return {
      ask: (url, asked = {}) => askUndici(url, dispatcher, asked),
      async close() {
        await agent.destroy();
        interceptor.close();
      },
    };
  },
};
