import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatBody } from '../server/authenticate-result.js';
import type { Authentication } from '../server/authentication.js';
import {
  type AuthenticatorOptions,
  getAuthenticator,
  requireHttp11,
} from '../server/authenticator.js';

/** The part of Fastify's requests that is used. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

/** The part of Fastify's replies that is used. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string | string[]): unknown;
  send(body: string): unknown;
  hijack(): unknown;
}

/**
 * Creates a hook for Fastify 5, which sets `request.auth` to the user, and answers requests that fail.
 * `app.decorateRequest('auth', null)` before it gives all requests of Fastify the same shape.
 *
 * @param options Options, or an Authenticator.
 * @returns The hook.
 *
 * @example
 * app.addHook('onRequest', fastifyNegotiate({ extendedProtection: 'require' }));
 */
export function fastifyNegotiate(options: AuthenticatorOptions = {}) {
  const authenticator = getAuthenticator(options);
  return async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const result = await authenticator.evaluate(request.raw, reply.raw);
    if (result.kind === 'success') {
      (request as { auth?: Authentication }).auth = result.authentication;
      return undefined;
    }
    if (result.kind === 'failure') {
      for (const [name, value] of Object.entries(result.headers)) reply.header(name, value);
      reply.code(result.status);
      reply.header('Content-Type', 'text/plain; charset=utf-8');
      reply.send(formatBody(result));
      return reply;
    }
    reply.hijack();
    if (result.kind === 'http11Required') requireHttp11(request.raw);
    return reply;
  };
}
