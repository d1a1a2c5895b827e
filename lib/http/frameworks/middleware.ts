import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from '../server/authentication.js';
import { type AuthenticatorOptions, authenticatorOf } from '../server/authenticator.js';

/** A request that came past the middleware. */
export type AuthenticatedRequest<Request extends IncomingMessage = IncomingMessage> = Request & {
  auth: Authentication;
};

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * A middleware for node:http, Express and others of this form: `request.auth` is who the request comes
 * from, and what is not let in is answered and goes no further.
 */
export function negotiate(options: AuthenticatorOptions = {}): Middleware {
  const authenticator = authenticatorOf(options);
  return (request, response, next) => {
    authenticator.authenticate(request, response).then((authentication) => {
      if (!authentication) return;
      (request as AuthenticatedRequest).auth = authentication;
      next();
    }, next);
  };
}
