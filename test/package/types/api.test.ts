import { describe, expectTypeOf, test } from 'vitest';
import type {
  AcquireTrace,
  CallOptions,
  ClientContext,
  CloseTrace,
  ContextAttributes,
  ContextFlags,
  Credentials,
  DecryptResult,
  MessageAlteredError,
  SecBuffer,
  SecurityContext,
  ServerContext,
  Sizes,
  SspiError,
  StepResult,
  StepTrace,
  Trace,
  UnwrapTrace,
  WrapTrace,
} from 'winsspi';

// The compiler checks these before the tests run.

describe('the types of the public API', () => {
  test('a client and a server are security contexts, which are disposable', () => {
    expectTypeOf<ClientContext>().toExtend<SecurityContext>();
    expectTypeOf<ServerContext>().toExtend<SecurityContext>();
    expectTypeOf<SecurityContext['step']>().toEqualTypeOf<
      (token?: Uint8Array, options?: CallOptions) => Promise<StepResult>
    >();
    expectTypeOf<SecurityContext['flags']>().toEqualTypeOf<ContextFlags>();
    expectTypeOf<SecurityContext['package']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<SecurityContext>().toExtend<Disposable>();
  });

  test('an attribute has the type of its name', () => {
    const query = (context: SecurityContext) => context.queryAttribute('sizes');
    expectTypeOf(query).returns.toEqualTypeOf<Sizes>();
    const key = (context: SecurityContext) => context.queryAttribute('sessionKey');
    expectTypeOf(key).returns.toEqualTypeOf<Buffer>();
    expectTypeOf<keyof ContextAttributes>().toEqualTypeOf<
      | 'sizes'
      | 'streamSizes'
      | 'names'
      | 'lifespan'
      | 'keyInfo'
      | 'sessionKey'
      | 'packageInfo'
      | 'negotiationInfo'
      | 'nativeNames'
      | 'flags'
      | 'dceInfo'
      | 'authority'
      | 'passwordExpiry'
      | 'targetInformation'
      | 'accessToken'
      | 'uniqueBindings'
      | 'endpointBindings'
      | 'clientSpecifiedTarget'
      | 'lastClientTokenStatus'
      | 'applicationProtocol'
      | 'remoteCertContext'
      | 'connectionInfo'
      | 'cipherInfo'
      | 'keyingMaterial'
    >();
  });

  test('a message is of SecBuffers, whose data may be null', () => {
    expectTypeOf<SecBuffer>().toEqualTypeOf<{ type: number; data: Uint8Array | null }>();
    expectTypeOf<ReturnType<SecurityContext['decryptMessage']>>().toEqualTypeOf<DecryptResult>();
  });

  test('an error of a kind is an SspiError, whose status is a number', () => {
    expectTypeOf<MessageAlteredError>().toExtend<SspiError>();
    expectTypeOf<SspiError['status']>().toEqualTypeOf<number>();
  });

  test('credentials are disposable and come from acquire', () => {
    expectTypeOf<Credentials>().toExtend<Disposable>();
    expectTypeOf<typeof Credentials.acquire>().returns.toEqualTypeOf<Promise<Credentials>>();
  });

  test('each tracing channel has the type of its messages', () => {
    expectTypeOf<AcquireTrace | StepTrace | WrapTrace | UnwrapTrace>().toExtend<Trace>();
    expectTypeOf<StepTrace['leg']>().toEqualTypeOf<number>();
    expectTypeOf<UnwrapTrace['encrypted']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<CloseTrace['kind']>().toEqualTypeOf<'credentials' | 'context'>();
    // No message has room for bytes.
    type Values<Message> = Message extends unknown ? Message[keyof Message] : never;
    type Published = Values<Omit<Required<StepTrace | WrapTrace | UnwrapTrace>, 'error'>>;
    expectTypeOf<Published>().toExtend<string | number | boolean | undefined>();
  });
});
