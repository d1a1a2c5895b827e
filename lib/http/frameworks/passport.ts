import type { IncomingMessage, ServerResponse } from 'node:http';
import { usageError } from '../../errors/usage-error.js';
import type { Authentication } from '../server/authentication.js';
import {
  type Authenticator,
  type AuthenticatorOptions,
  answer,
  authenticatorOf,
  refuseHttp2,
} from '../server/authenticator.js';
import type { Refusal } from '../server/verdict.js';

/** Gives the application's user, or nothing for somebody who is none. Default: the authentication. */
export type Verify = (authentication: Authentication, request: IncomingMessage) => unknown;

/** What Passport gives a strategy for the time of a request. */
interface Actions {
  success(user: object, info?: object): void;
  fail(challenge?: string | number, status?: number): void;
  error(error: unknown): void;
}

/** A strategy for Passport under Express, by the name `negotiate`. It needs no session. */
export class NegotiateStrategy {
  name = 'negotiate';
  /** Visible: Passport makes each request an object that inherits from the strategy. */
  readonly authenticator: Authenticator;
  readonly verify: Verify;

  constructor(
    options: AuthenticatorOptions = {},
    verify: Verify = (authentication) => authentication,
  ) {
    this.authenticator = authenticatorOf(options);
    this.verify = verify;
  }

  /** Called by Passport. */
  authenticate(request: IncomingMessage): void {
    const actions = this as unknown as Actions;
    this.decide(request, actions).catch((error) => actions.error(error));
  }

  private async decide(request: IncomingMessage, actions: Actions): Promise<void> {
    const { res: response } = request as { res?: ServerResponse };
    if (!response) {
      throw usageError('ERR_INVALID_ARG_TYPE', 'The request has no "res": this needs Express');
    }
    const verdict = await this.authenticator.judge(request, response);
    if (verdict.kind === 'http1') refuseHttp2(request);
    if (verdict.kind === 'refused') refuse(response, verdict, actions);
    if (verdict.kind !== 'authenticated') return;
    const user = await this.verify(verdict.authentication, request);
    if (typeof user === 'object' && user !== null) actions.success(user, verdict.authentication);
    else actions.fail(403);
  }
}

// A handshake that goes on is nobody else's to answer: a redirect to a page would end it.
function refuse(response: ServerResponse, refusal: Refusal, actions: Actions): void {
  if (refusal.reason === 'continue') {
    answer(response, refusal);
    return;
  }
  const { 'WWW-Authenticate': _, ...headers } = refusal.headers;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // Without a challenge: Passport writes all of a strategy's into one header field, which Chromium does not read. The
  // response has them already.
  actions.fail(refusal.status);
}
