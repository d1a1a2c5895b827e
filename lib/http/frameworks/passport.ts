import type { IncomingMessage, ServerResponse } from 'node:http';
import { usageError } from '../../errors/usage-error.js';
import type { AuthenticateFailure, AuthenticateResult } from '../server/authenticate-result.js';
import type { Authentication } from '../server/authentication.js';
import {
  type Authenticator,
  type AuthenticatorOptions,
  getAuthenticator,
  requireHttp11,
  sendFailure,
} from '../server/authenticator.js';
import { type AdapterOptions, readAdapterOptions } from './adapter-options.js';

/** Returns the application's user, or undefined where it has none. Default: the authentication. */
export type Verify = (authentication: Authentication, request: IncomingMessage) => unknown;

/** The methods that Passport adds to a strategy for the time of a request. */
interface Actions {
  success(user: object, info?: object): void;
  fail(challenge?: string | number, status?: number): void;
  pass(): void;
  error(error: unknown): void;
}

/**
 * A strategy for Passport under Express, with the name `negotiate`. It needs no session. With `optional: true`, a
 * request without a token continues, and Passport tries no strategy behind this one: `request.user` is not set.
 *
 * @example
 * passport.use(new NegotiateStrategy({}, (auth) => users.find(auth.sid)));
 * app.use(passport.authenticate('negotiate', { session: false }));
 */
export class NegotiateStrategy {
  name = 'negotiate';
  /** Visible: Passport makes each request an object that inherits from the strategy. */
  readonly authenticator: Authenticator;
  readonly verify: Verify;
  readonly continuesWithoutUser: (result: AuthenticateResult) => boolean;

  constructor(
    options: AuthenticatorOptions = {},
    verify: Verify = (authentication) => authentication,
    more: AdapterOptions = {},
  ) {
    this.authenticator = getAuthenticator(options);
    this.verify = verify;
    this.continuesWithoutUser = readAdapterOptions(more);
  }

  /** Called by Passport. */
  authenticate(request: IncomingMessage): void {
    const actions = this as unknown as Actions;
    this.evaluate(request, actions).catch((error) => actions.error(error));
  }

  private async evaluate(request: IncomingMessage, actions: Actions): Promise<void> {
    const { res: response } = request as { res?: ServerResponse };
    if (!response) {
      throw usageError('ERR_INVALID_ARG_TYPE', 'The request has no "res": this needs Express');
    }
    const result = await this.authenticator.evaluate(request, response);
    if (result.kind === 'http11Required') requireHttp11(request);
    if (this.continuesWithoutUser(result)) return actions.pass();
    if (result.kind === 'failure') fail(response, result, actions);
    if (result.kind !== 'success') return;
    const user = await this.verify(result.authentication, request);
    if (typeof user === 'object' && user !== null) actions.success(user, result.authentication);
    else actions.fail(403);
  }
}

// Passport must not answer a pending handshake: a redirect to a page would end it.
function fail(response: ServerResponse, failure: AuthenticateFailure, actions: Actions): void {
  if (failure.reason === 'continue') {
    sendFailure(response, failure);
    return;
  }
  const { 'WWW-Authenticate': _, ...headers } = failure.headers;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // Without challenges, which the response has already: Passport writes those of one strategy into one header field,
  // which Chromium does not read.
  actions.fail(failure.status);
}
