import type { IncomingMessage, ServerResponse } from 'node:http';
import { usageError } from '../../errors/usage-error.js';
import type { Authentication } from '../server/authentication.js';
import {
  Authenticator,
  type AuthenticatorOptions,
  authenticatorOf,
} from '../server/authenticator.js';
import type { ServerOptions } from '../server/options.js';

/** A request that came past the middleware. */
export type AuthenticatedRequest<Request extends IncomingMessage = IncomingMessage> = Request & {
  auth: Authentication;
};

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

// An authenticator lives as long as the options that it was made of.
const authenticators = new WeakMap<ServerOptions, Authenticator>();

/**
 * `authenticate` of an Authenticator. The same object of options must come with every request: what
 * the connections have in common, and what is known of them, belongs to it.
 */
export function authenticate(
  request: IncomingMessage,
  response: ServerResponse,
  options: AuthenticatorOptions,
): Promise<Authentication | undefined> {
  return known(options).authenticate(request, response);
}

function known(options: AuthenticatorOptions): Authenticator {
  if (options instanceof Authenticator) return options;
  if (typeof options !== 'object' || options === null) {
    throw usageError('ERR_INVALID_ARG_TYPE', '"options" must be an object, or an Authenticator');
  }
  const found = authenticators.get(options);
  if (found) return found;
  const made = new Authenticator(options);
  authenticators.set(options, made);
  return made;
}

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
