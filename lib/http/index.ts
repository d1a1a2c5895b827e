export { NegotiateAgent, NegotiateHttpsAgent } from './client/agent.js';
export type { ClientOptions, MutualAuthentication } from './client/options.js';
export { proxyFromEnvironment } from './client/proxy-environment.js';
export type { ProxyOptions } from './client/proxy-options.js';
export type { AdapterOptions } from './frameworks/adapter-options.js';
export {
  type FastifyReplyLike,
  type FastifyRequestLike,
  fastifyNegotiate,
} from './frameworks/fastify.js';
export { type KoaContextLike, koaNegotiate } from './frameworks/koa.js';
export {
  type AuthenticatedRequest,
  type Middleware,
  negotiate,
  type OptionallyAuthenticatedRequest,
} from './frameworks/middleware.js';
export { NegotiateStrategy, type Verify } from './frameworks/passport.js';
export { requireMember } from './frameworks/require-member.js';
export { type Challenge, formatChallenge, parseAuthorization, parseChallenges } from './headers.js';
export type { Scheme } from './scheme.js';
export type {
  AuthenticateFailure,
  AuthenticateResult,
  AuthenticateSuccess,
  FailureReason,
} from './server/authenticate-result.js';
export type { Authentication, BindingState } from './server/authentication.js';
export { Authenticator, type AuthenticatorOptions } from './server/authenticator.js';
export type { FailurePage, FormatFailure } from './server/failure-page.js';
export type { ServerOptions } from './server/options.js';
export type { AuthenticateTrace, ResultCounts } from './server/traces.js';
export { negotiateUpgrade, type UpgradeListener, type UpgradeOptions } from './server/upgrade.js';
export { negotiateDispatcher } from './undici/dispatcher.js';
export { NegotiateClient, type NegotiateInit, negotiateFetch } from './undici/fetch.js';
export type { DispatcherOptions } from './undici/options.js';
