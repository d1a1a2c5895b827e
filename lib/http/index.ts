export type { Authentication } from './authentication.js';
export { Authenticator } from './authenticator.js';
export type { ClientOptions } from './client-options.js';
export { NegotiateClient, type NegotiateInit, negotiateFetch } from './fetch.js';
export { type Challenge, formatChallenge, parseAuthorization, parseChallenges } from './headers.js';
export {
  type AuthenticatedRequest,
  type AuthenticatorOptions,
  authenticate,
  type Middleware,
  negotiate,
} from './middleware.js';
export type { Scheme, ServerOptions } from './server-options.js';
export type { Acceptance, Refusal, RefusalReason, Verdict } from './verdict.js';
