import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../server/authentication.js';
import { type AuthenticatorOptions, getAuthenticator } from '../server/authenticator.js';

/** A request that the middleware has authenticated. */
export type AuthenticatedRequest<Request extends IncomingMessage = IncomingMessage> = Request & {
  auth: Authentication;
};

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Creates a middleware for node:http, Express and others of this form. It sets `request.auth` to the user and calls
 * `next`, and answers requests that fail. An error of the server goes to `next`.
 *
 * @param options Options, or an Authenticator.
 * @returns The middleware.
 *
 * @example
 * app.use(negotiate({ extendedProtection: 'require' }));
 */
export function negotiate(options: AuthenticatorOptions = {}): Middleware {
  const authenticator = getAuthenticator(options);
  return (request, response, next) => {
    authenticator.authenticate(request, response).then((authentication) => {
      if (!authentication) return;
      (request as AuthenticatedRequest).auth = authentication;
      next();
    }, next);
  };
}
