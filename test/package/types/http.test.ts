import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import type { Agent as TlsAgent } from 'node:https';
import type * as undici from 'undici';
import { describe, expectTypeOf, test } from 'vitest';
import type { Credentials, ServerContext } from 'winsspi';
import type {
  AuthenticatedRequest,
  AuthenticateResult,
  Authentication,
  Authenticator,
  BindingState,
  ClientOptions,
  DispatcherOptions,
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiate,
  negotiateDispatcher,
  negotiateFetch,
  OptionallyAuthenticatedRequest,
  ProxyOptions,
  ServerOptions,
} from 'winsspi/http';

// The compiler checks these before the tests run.

describe('the types of winsspi/http', () => {
  test('a server knows its client by a ServerContext', () => {
    expectTypeOf<Authenticator['authenticate']>().toEqualTypeOf<
      (request: IncomingMessage, response: ServerResponse) => Promise<Authentication | undefined>
    >();
    expectTypeOf<Authentication['context']>().toEqualTypeOf<ServerContext>();
    expectTypeOf<Authentication['tokenCount']>().toBeNumber();
    expectTypeOf<Authentication['channelBindings']>().toEqualTypeOf<BindingState>();
    expectTypeOf<BindingState>().toEqualTypeOf<'verified' | 'allowed' | 'off'>();
    expectTypeOf<AuthenticatedRequest['auth']>().toEqualTypeOf<Authentication>();
    expectTypeOf<typeof negotiate>().toBeCallableWith({ persistKerberos: true, schemes: ['NTLM'] });
    expectTypeOf<ServerOptions['credentials']>().toEqualTypeOf<Credentials | undefined>();
    expectTypeOf<AuthenticateResult['kind']>().toEqualTypeOf<
      'success' | 'failure' | 'closed' | 'http11Required'
    >();
    expectTypeOf<Authenticator['counts']['success' | 'closed' | 'denied']>().toBeNumber();
    expectTypeOf<typeof negotiate>().toBeCallableWith({}, { optional: true });
    type MaybeUser = OptionallyAuthenticatedRequest['auth'];
    expectTypeOf<MaybeUser>().toEqualTypeOf<Authentication | undefined>();
    const formatFailure = () => ({ body: new Uint8Array(), contentType: 'text/html' });
    expectTypeOf<typeof negotiate>().toBeCallableWith({ formatFailure, targetNames: ['HTTP/a'] });
    expectTypeOf<Authenticator>().toExtend<Disposable>();
  });

  test('a client gives what fetch gives, and is disposable', () => {
    expectTypeOf<typeof negotiateFetch>().returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf<NegotiateClient['fetch']>().returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf<DispatcherOptions>().toExtend<ClientOptions>();
    expectTypeOf<NegotiateClient>().toExtend<Disposable>();
  });

  test('an agent is one of Node, and has to be told its origins', () => {
    expectTypeOf<NegotiateAgent>().toExtend<Agent>();
    expectTypeOf<NegotiateHttpsAgent>().toExtend<TlsAgent>();
    expectTypeOf<NegotiateAgent>().toExtend<Disposable>();
    expectTypeOf<typeof NegotiateAgent>().toBeConstructibleWith({ allowedOrigins: ['http://a'] });
    expectTypeOf<ClientOptions['allowedOrigins']>().toEqualTypeOf<readonly string[]>();
    type Proxy = string | URL | ProxyOptions | undefined;
    expectTypeOf<ClientOptions['proxy']>().toEqualTypeOf<Proxy>();
    expectTypeOf<ClientOptions['proxy']>().toEqualTypeOf<Proxy>();
  });

  test('a dispatcher is one of undici', () => {
    type Made = ReturnType<typeof negotiateDispatcher<undici.Dispatcher>>;
    expectTypeOf<Made>().toEqualTypeOf<undici.Dispatcher>();
  });
});
