import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import * as undici from 'undici';
import {
  type ClientOptions,
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { tlsFiles } from './http.js';

export const trustingTls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

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

/** fetch() wraps what fails in a TypeError: rejects with the error itself. */
export async function withoutFetch<Value>(fetching: () => Promise<Value>): Promise<Value> {
  try {
    return await fetching();
  } catch (error) {
    throw (error as Error).cause ?? error;
  }
}

type MakeClient = (origin: string, options?: Partial<ClientOptions>) => Asking;

const optionsFor = (origin: string, options: Partial<ClientOptions>) => ({
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
    const client = new NegotiateClient(optionsFor(origin, options));
    return {
      ask: (url, more = {}) =>
        withoutFetch(async () => {
          const response = await client.fetch(url, more);
          return { status: response.status, text: await response.text() };
        }),
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
    const settings = { ...optionsFor(origin, options), connections: 1 };
    const dispatcher = negotiateDispatcher(undici, settings);
    return {
      ask: (url, asked = {}) => askUndici(url, dispatcher, asked),
      close: () => dispatcher.destroy(),
    };
  },
};
