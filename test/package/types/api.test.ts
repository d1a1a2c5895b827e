import { describe, expect, expectTypeOf, test } from 'vitest';
import type {
  AcquireTrace,
  CallOptions,
  ClientContext,
  ClientContextFlags,
  ClientContextOptions,
  CloseTrace,
  ContextAttributes,
  ContextFlags,
  Credentials,
  CredentialsNames,
  CredentialsOptions,
  DecryptOptions,
  DecryptResult,
  EncryptOptions,
  ExportOptions,
  IdentityLookupOptions,
  IdentityOptions,
  ImportOptions,
  KdcProxySettings,
  KeyingMaterialInfo,
  KeytabIdentityOptions,
  MessageAlteredError,
  PasswordIdentityOptions,
  SecBuffer,
  SecurityContext,
  ServerContext,
  ServerContextFlags,
  ServerContextOptions,
  SettableContextAttribute,
  Sizes,
  SpnOptions,
  SspiError,
  StepResult,
  StepTrace,
  ThreadOptions,
  Trace,
  TranslateNameOptions,
  UnwrapTrace,
  WrapOptions,
  WrapTrace,
} from 'winsspi';
import { SECPKG_ATTR_APP_DATA, SECPKG_ATTR_SIZES, SECPKG_CRED_ATTR_NAMES } from 'winsspi';

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

  test('an attribute has the type of its number', () => {
    const query = (context: SecurityContext) => context.queryAttribute(SECPKG_ATTR_SIZES);
    expectTypeOf(query).returns.toEqualTypeOf<Sizes>();
    const credentials = (of: Credentials) => of.query(SECPKG_CRED_ATTR_NAMES);
    expectTypeOf(credentials).returns.toEqualTypeOf<CredentialsNames>();
    expectTypeOf<
      SettableContextAttribute<typeof SECPKG_ATTR_APP_DATA>
    >().toEqualTypeOf<Uint8Array>();
    // @ts-expect-error: an attribute that cannot be asked for
    void ((context: SecurityContext) => context.queryAttribute(SECPKG_ATTR_APP_DATA));
  });

  test('the flags of a client are not those of a server', () => {
    expectTypeOf<{ httpStyle: true }>().toExtend<ClientContextFlags>();
    expectTypeOf<{ allowMissingBindings: true }>().toExtend<ServerContextFlags>();
    // @ts-expect-error: a server's word
    const client: ClientContextFlags = { allowMissingBindings: true };
    // @ts-expect-error: a client's word
    const server: ServerContextFlags = { httpStyle: true };
    // @ts-expect-error: a server's word
    const required: ClientContextOptions['require'] = ['allowNonUserLogons'];
    expect([client, server, required]).toHaveLength(3);
    expectTypeOf<ClientContextFlags>().toExtend<ClientContextOptions['flags']>();
    expectTypeOf<number>().toExtend<ServerContextOptions['flags']>();
  });

  // Under exactOptionalPropertyTypes, `name?: string` alone does not take undefined.
  test('options take undefined', () => {
    type Mandatory<Options> = {
      [Key in keyof Options]-?: { [Only in Key]: undefined } extends Pick<Options, Key>
        ? never
        : Key;
    }[keyof Options];
    expectTypeOf<Mandatory<ClientContextOptions>>().toEqualTypeOf<'targetName'>();
    expectTypeOf<Mandatory<ServerContextOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<CredentialsOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<PasswordIdentityOptions>>().toEqualTypeOf<'user' | 'password'>();
    expectTypeOf<Mandatory<KeytabIdentityOptions>>().toEqualTypeOf<'user' | 'keytab'>();
    expectTypeOf<Mandatory<IdentityLookupOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<KeyingMaterialInfo>>().toEqualTypeOf<'label' | 'length'>();
    expectTypeOf<Mandatory<KdcProxySettings>>().toEqualTypeOf<'proxyServer'>();
    expectTypeOf<Mandatory<SpnOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<ThreadOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<TranslateNameOptions>>().toEqualTypeOf<'from' | 'to'>();
    expectTypeOf<Mandatory<CallOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<ImportOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<ExportOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<WrapOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<EncryptOptions>>().toEqualTypeOf<never>();
    expectTypeOf<Mandatory<DecryptOptions>>().toEqualTypeOf<never>();
  });

  test('an identity has a password or a keytab', () => {
    expectTypeOf<{ user: string; password: string }>().toExtend<IdentityOptions>();
    expectTypeOf<{ user: string; keytab: Buffer }>().toExtend<IdentityOptions>();
    expectTypeOf<{ user: string }>().not.toExtend<IdentityOptions>();
    type Both = { user: string; password: string; keytab: Buffer };
    expectTypeOf<Both>().not.toExtend<IdentityOptions>();
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
