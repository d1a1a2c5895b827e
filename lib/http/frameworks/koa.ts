import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthenticatorOptions,
  getAuthenticator,
  requireHttp11,
} from '../server/authenticator.js';
import { type AdapterOptions, readAdapterOptions } from './adapter-options.js';

/** The part of Koa's context that is used. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly state: object;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(name: string, value: string | string[]): void;
}

/**
 * Creates a middleware for Koa 3, which sets `context.state.auth` to the user, and answers requests that fail.
 *
 * @param options Options, or an Authenticator.
 * @param more Options of the middleware. With `optional: true`, a request without a token continues: `context.state.auth` is
 *   undefined.
 * @returns The middleware.
 *
 * @example
 * app.use(koaNegotiate({ extendedProtection: 'require' }));
 */
export function koaNegotiate(options: AuthenticatorOptions = {}, more: AdapterOptions = {}) {
  const authenticator = getAuthenticator(options);
  const continuesWithoutUser = readAdapterOptions(more);
  return async (context: KoaContextLike, next: () => Promise<unknown>): Promise<void> => {
    const result = await authenticator.evaluate(context.req, context.res);
    if (result.kind === 'success' || continuesWithoutUser(result)) {
      const auth = result.kind === 'success' ? result.authentication : undefined;
      Object.assign(context.state, { auth });
      await next();
    } else if (result.kind === 'failure') {
      context.status = result.status;
      for (const [name, value] of Object.entries(result.headers)) context.set(name, value);
      context.set('Content-Type', result.contentType);
      context.body = result.body;
    } else {
      context.respond = false;
      if (result.kind === 'http11Required') requireHttp11(context.req);
    }
  };
}
