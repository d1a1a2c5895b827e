import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../server/authentication.js';
import {
  type AuthenticatorOptions,
  authenticatorOf,
  refuseHttp2,
} from '../server/authenticator.js';
import { bodyOf } from '../server/verdict.js';

/** What is used of Fastify's requests. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

/** What is used of Fastify's replies. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string | string[]): unknown;
  send(body: string): unknown;
  hijack(): unknown;
}

/**
 * A hook for Fastify 5: `app.addHook('onRequest', fastifyNegotiate(options))`. `request.auth` is who the
 * request comes from; `app.decorateRequest('auth', null)` before it keeps Fastify's requests alike.
 */
export function fastifyNegotiate(options: AuthenticatorOptions = {}) {
  const authenticator = authenticatorOf(options);
  return async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const verdict = await authenticator.judge(request.raw, reply.raw);
    if (verdict.kind === 'authenticated') {
      (request as { auth?: Authentication }).auth = verdict.authentication;
      return undefined;
    }
    if (verdict.kind === 'refused') {
      for (const [name, value] of Object.entries(verdict.headers)) reply.header(name, value);
      reply.code(verdict.status);
      reply.header('Content-Type', 'text/plain; charset=utf-8');
      reply.send(bodyOf(verdict));
      return reply;
    }
    reply.hijack();
    if (verdict.kind === 'http1') refuseHttp2(request.raw);
    return reply;
  };
}
