import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expectTypeOf, test } from 'vitest';
import type { Credentials, ServerContext } from 'winsspi';
import type {
  AuthenticatedRequest,
  Authentication,
  Authenticator,
  BindingState,
  ClientOptions,
  NegotiateClient,
  negotiate,
  negotiateFetch,
  ServerOptions,
  Verdict,
} from 'winsspi/http';

// The compiler checks these before the tests run.

describe('the types of winsspi/http', () => {
  test('servers', () => {
    expectTypeOf<Authenticator['authenticate']>().toEqualTypeOf<
      (request: IncomingMessage, response: ServerResponse) => Promise<Authentication | undefined>
    >();
    expectTypeOf<Authentication['context']>().toEqualTypeOf<ServerContext>();
    expectTypeOf<Authentication['legs']>().toBeNumber();
    expectTypeOf<Authentication['channelBindings']>().toEqualTypeOf<BindingState>();
    expectTypeOf<BindingState>().toEqualTypeOf<'verified' | 'allowed' | 'off'>();
    expectTypeOf<AuthenticatedRequest['auth']>().toEqualTypeOf<Authentication>();
    expectTypeOf<typeof negotiate>().toBeCallableWith({ per: 'request', schemes: ['NTLM'] });
    expectTypeOf<ServerOptions['credentials']>().toEqualTypeOf<Credentials | undefined>();
    expectTypeOf<Verdict['kind']>().toEqualTypeOf<'authenticated' | 'refused' | 'gone' | 'http1'>();
    expectTypeOf<Authenticator>().toExtend<Disposable>();
  });

  test('clients', () => {
    expectTypeOf<typeof negotiateFetch>().returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf<NegotiateClient['fetch']>().returns.toEqualTypeOf<Promise<Response>>();
    expectTypeOf<ClientOptions['allowedOrigins']>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<NegotiateClient>().toExtend<Disposable>();
  });
});
