export { NegotiateAgent, NegotiateHttpsAgent } from './agent.js';
export type { NegotiateAgentOptions } from './agent-options.js';
export type { Authentication, BindingState } from './authentication.js';
export { Authenticator } from './authenticator.js';
export type { ClientOptions } from './client-options.js';
export { type FastifyReplyLike, type FastifyRequestLike, fastifyNegotiate } from './fastify.js';
export { NegotiateClient, type NegotiateInit, negotiateFetch } from './fetch.js';
export { type Challenge, formatChallenge, parseAuthorization, parseChallenges } from './headers.js';
export { type KoaContextLike, koaNegotiate } from './koa.js';
export {
  type AuthenticatedRequest,
  type AuthenticatorOptions,
  authenticate,
  type Middleware,
  negotiate,
} from './middleware.js';
export { NegotiateStrategy, type Verify } from './passport.js';
export type { ProxyOptions } from './proxy-options.js';
export type { Scheme, ServerOptions } from './server-options.js';
export { negotiateDispatcher } from './undici/dispatcher.js';
export {
  type NegotiateInterceptor,
  type NegotiateInterceptorOptions,
  negotiateInterceptor,
} from './undici/interceptor.js';
export { negotiateUpgrade, type UpgradeListener } from './upgrade.js';
export type { Acceptance, Refusal, RefusalReason, Verdict } from './verdict.js';
