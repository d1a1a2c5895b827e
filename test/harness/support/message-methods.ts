import {
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecurityContext,
} from 'winsspi';

// Every method that protects or opens a message: what holds for one holds for its siblings.

/** A method with arguments that reach the package. */
export interface MessageMethod {
  readonly name: string;
  /** The function that it calls. */
  readonly syscall: 'EncryptMessage' | 'DecryptMessage' | 'MakeSignature' | 'VerifySignature';
  /** `options`: of methods of EncryptMessage alone. */
  call(context: SecurityContext, options?: { encrypt: false }): unknown;
}

const text = Buffer.from('the text of the message');
const token = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(128) });
const data = () => ({ type: SECBUFFER_DATA, data: Buffer.from(text) });
const qopOf = (options?: object) => ({ qop: options ? SECQOP_WRAP_NO_ENCRYPT : 0 });

const newMethods = (
  syscall: MessageMethod['syscall'],
  calls: Record<string, MessageMethod['call']>,
) => Object.entries(calls).map(([name, call]): MessageMethod => ({ name, syscall, call }));

/** Those that encrypt, or sign only with `encrypt: false`. */
export const encryptMethods: readonly MessageMethod[] = newMethods('EncryptMessage', {
  wrap: (context, options) => context.wrap(text, options),
  wrapAsync: (context, options) => context.wrapAsync(text, options),
  wrapInto: (context, options) => context.wrapInto(Buffer.alloc(300), text, options),
  wrapDetached: (context, options) => context.wrapDetached(text, options),
  encryptMessage: (context, options) => context.encryptMessage([token(), data()], qopOf(options)),
  encryptMessageAsync: (context, options) =>
    context.encryptMessageAsync([token(), data()], qopOf(options)),
});

export const signMethods: readonly MessageMethod[] = newMethods('MakeSignature', {
  sign: (context) => context.sign(text),
  makeSignature: (context) => context.makeSignature([data(), token()]),
  makeSignatureAsync: (context) => context.makeSignatureAsync([data(), token()]),
});

/** Those that return the message. */
export const unwrapMethods: readonly MessageMethod[] = newMethods('DecryptMessage', {
  unwrap: (context) => context.unwrap(Buffer.alloc(100)),
  unwrapAsync: (context) => context.unwrapAsync(Buffer.alloc(100)),
  unwrapDetached: (context) => context.unwrapDetached({ token: Buffer.alloc(60), message: text }),
});

/** Those that return the status as well. */
export const decryptMethods: readonly MessageMethod[] = newMethods('DecryptMessage', {
  decryptMessage: (context) => context.decryptMessage([token(), data()]),
  decryptMessageAsync: (context) => context.decryptMessageAsync([token(), data()]),
});

export const verifyMethods: readonly MessageMethod[] = newMethods('VerifySignature', {
  verify: (context) => context.verify(text, Buffer.alloc(28)),
  verifySignature: (context) => context.verifySignature([token(), data()]),
  verifySignatureAsync: (context) => context.verifySignatureAsync([token(), data()]),
});

export const outgoingMethods = [...encryptMethods, ...signMethods];
export const incomingMethods = [...unwrapMethods, ...decryptMethods, ...verifyMethods];

export const isAsync = ({ name }: MessageMethod): boolean => name.endsWith('Async');

/** The error of a call, thrown or rejected. */
export async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
