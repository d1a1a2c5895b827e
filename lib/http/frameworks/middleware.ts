import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../server/authentication.js';
import {
  type Authenticator,
  type AuthenticatorOptions,
  getAuthenticator,
  sendResult,
} from '../server/authenticator.js';
import { type AdapterOptions, readAdapterOptions } from './adapter-options.js';

/** A request that the middleware has authenticated. */
export type AuthenticatedRequest<Request extends IncomingMessage = IncomingMessage> = Request & {
  auth: Authentication;
};

/** A request behind the middleware with `optional: true`. */
export type OptionallyAuthenticatedRequest<Request extends IncomingMessage = IncomingMessage> =
  Request & { auth: Authentication | undefined };

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

const authenticators = new WeakMap<IncomingMessage, Authenticator>();

/** Returns the Authenticator of the last negotiate() that a request has passed. */
export function findAuthenticator(request: IncomingMessage): Authenticator | undefined {
  return authenticators.get(request);
}

/**
 * Creates a middleware for node:http, Express and others of this form. It sets `request.auth` to the user and calls
 * `next`, and answers requests that fail. An error of the server goes to `next`.
 *
 * @param options Options, or an Authenticator.
 * @param more Options of the middleware. With `optional: true`, a request without a token continues: `request.auth` is
 *   undefined.
 * @returns The middleware.
 *
 * @example
 * app.use(negotiate({ extendedProtection: 'require' }));
 */
export function negotiate(
  options: AuthenticatorOptions = {},
  more: AdapterOptions = {},
): Middleware {
  const authenticator = getAuthenticator(options);
  const continuesWithoutUser = readAdapterOptions(more);
  return (request, response, next) => {
    authenticator.evaluate(request, response).then((result) => {
      if (result.kind !== 'success' && !continuesWithoutUser(result)) {
        sendResult(request, response, result);
        return;
      }
      authenticators.set(request, authenticator);
      // Also without a user: another middleware may have set `auth`.
      const auth = result.kind === 'success' ? result.authentication : undefined;
      (request as OptionallyAuthenticatedRequest).auth = auth;
      next();
    }, next);
  };
}
