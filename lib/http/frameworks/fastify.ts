import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../server/authentication.js';
import {
  type AuthenticatorOptions,
  getAuthenticator,
  requireHttp11,
} from '../server/authenticator.js';
import { type AdapterOptions, readAdapterOptions } from './adapter-options.js';

/** The part of Fastify's requests that is used. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

/** The part of Fastify's replies that is used. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  header(name: string, value: string | string[]): unknown;
  send(body: string | Buffer): unknown;
  hijack(): unknown;
}

/**
 * Creates a hook for Fastify 5, which sets `request.auth` to the user, and answers requests that fail.
 * `app.decorateRequest('auth', null)` before it gives all requests of Fastify the same shape.
 *
 * @param options Options, or an Authenticator.
 * @param more Options of the hook. With `optional: true`, a request without a token continues: `request.auth` is
 *   undefined.
 * @returns The hook.
 *
 * @example
 * app.addHook('onRequest', fastifyNegotiate({ extendedProtection: 'require' }));
 */
export function fastifyNegotiate(options: AuthenticatorOptions = {}, more: AdapterOptions = {}) {
  const authenticator = getAuthenticator(options);
  const continuesWithoutUser = readAdapterOptions(more);
  return async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const result = await authenticator.evaluate(request.raw, reply.raw);
    if (result.kind === 'success' || continuesWithoutUser(result)) {
      const auth = result.kind === 'success' ? result.authentication : undefined;
      (request as { auth?: Authentication | undefined }).auth = auth;
      return undefined;
    }
    if (result.kind === 'failure') {
      for (const [name, value] of Object.entries(result.headers)) reply.header(name, value);
      reply.code(result.status);
      reply.header('Content-Type', result.contentType);
      reply.send(result.body);
      return reply;
    }
    reply.hijack();
    if (result.kind === 'http11Required') requireHttp11(request.raw);
    return reply;
  };
}
