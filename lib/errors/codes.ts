// The errors of misuse and of state: code, class and text of each. Codes are API, texts are not.
// docs/errors.md describes when each is thrown. The texts of ERR_INVALID_ARG_TYPE,
// ERR_INVALID_ARG_VALUE and ERR_OUT_OF_RANGE have the form of Node's.

/** An error's class, and the function that makes its text. */
interface CodedError {
  readonly class: ErrorConstructor;
  readonly text: (...args: never[]) => string;
}

export const codes = {
  ERR_INVALID_ARG_TYPE: {
    class: TypeError,
    text: (name: string, expected: string, value: unknown) =>
      `The "${name}" ${describeName(name)} must be ${expected}. Received ${describeType(value)}`,
  },
  ERR_INVALID_ARG_VALUE: {
    class: TypeError,
    text: (name: string, reason: string) => `The ${describeName(name)} '${name}' ${reason}`,
  },
  ERR_OUT_OF_RANGE: {
    class: RangeError,
    text: (name: string, range: string, received: unknown) =>
      `The value of "${name}" is out of range. It must be ${range}. Received ${received}`,
  },
  ERR_ILLEGAL_CONSTRUCTOR: {
    class: TypeError,
    text: (instead: string) => `Illegal constructor. Use ${instead}`,
  },
  ERR_INVALID_THIS: {
    class: TypeError,
    text: (expected: string) => `Value of "this" must be of type ${expected}`,
  },
  ERR_MEMORY_ALLOCATION_FAILED: {
    class: Error,
    text: (length: number) => `Cannot allocate ${length} bytes`,
  },
  ERR_SSPI_ADDON_NOT_LOADED: {
    class: Error,
    text: (machine: string, reason: string) =>
      `Cannot load the addon of winsspi for ${machine} from its folder prebuilds/${machine}: ` +
      `${reason}. Install the package again with all its files; a bundler must copy its .node files`,
  },
  ERR_SSPI_BUFFER_DETACHED: {
    class: Error,
    text: (name: string) =>
      `The memory of "${name}" was detached or resized. Leave it alone until the call has ended`,
  },
  ERR_SSPI_CONTEXT_BUSY: {
    class: Error,
    text: (call: string, remedy: string) => `The context is busy with ${call}: ${remedy}`,
  },
  ERR_SSPI_CONTEXT_CLOSED: {
    class: Error,
    text: () => 'The context was closed',
  },
  ERR_SSPI_CONTEXT_COMPLETE: {
    class: Error,
    text: () => 'The context is complete: no step is left',
  },
  ERR_SSPI_CONTEXT_INCOMPLETE: {
    class: Error,
    text: () => 'The context is not complete: exchange tokens with step() until it is done',
  },
  ERR_SSPI_CREDENTIALS_CLOSED: {
    class: Error,
    text: () => 'The credentials were closed',
  },
  ERR_SSPI_ENVIRONMENT_CLOSING: {
    class: Error,
    text: () => 'The environment ends, of the process or of this worker: the call was not made',
  },
  ERR_SSPI_FOREIGN_OBJECT: {
    class: TypeError,
    text: (name: string) =>
      `The "${name}" ${describeName(name)} was created by another copy of winsspi, whose objects this ` +
      'copy cannot use. Load one copy: `npm ls winsspi` lists the installed ones',
  },
  ERR_SSPI_HTTP_BODY: { class: Error, text: (message: string) => message },
  ERR_SSPI_HTTP_CLOSED: {
    class: Error,
    text: (owner: string) => `The ${owner} was closed`,
  },
  ERR_SSPI_HTTP_HANDSHAKE: { class: Error, text: (message: string) => message },
  ERR_SSPI_HTTP_PROXY: { class: Error, text: (message: string) => message },
  ERR_SSPI_HTTP_TIMEOUT: { class: Error, text: (message: string) => message },
  ERR_SSPI_IMPERSONATING: {
    class: Error,
    text: (call: string) =>
      `${call} must not be called inside impersonate(): it runs on another thread, as this process ` +
      'and not as the client',
  },
  ERR_SSPI_INVALID_BUFFER: {
    class: Error,
    text: (syscall: string) =>
      `${syscall}: the security package returned a buffer outside the memory of the call. The ` +
      'buffer was not read; the package is faulty',
  },
  ERR_SSPI_NOT_GRANTED: {
    class: Error,
    text: (call: string, flags: string) =>
      `${call} needs ${flags}, which the package did not grant. List what must be granted in ` +
      '"requiredFlags"',
  },
  ERR_SSPI_OVERLOADED: {
    class: Error,
    text: () =>
      'Too many calls wait for a thread: this one was not made, and can be made again. ' +
      'configureThreads() sets how many threads there are and how many calls may wait',
  },
  ERR_SSPI_REQUIREMENT_NOT_MET: {
    class: Error,
    text: (missing: string, packageName: string) =>
      `${packageName} established the context without ${missing}, which "requiredFlags" lists. The ` +
      'context cannot be used',
  },
  ERR_SSPI_THREAD_NOT_STARTED: {
    class: Error,
    text: (error: number) =>
      `Windows started no thread for the call (CreateThread: Win32 error ${error}): it was not made, ` +
      'and can be made again',
  },
  ERR_SSPI_UNSUPPORTED_PLATFORM: {
    class: Error,
    text: (machine: string) =>
      `winsspi runs on Windows, on x64 and arm64; this is ${machine}. Check isSupported before use`,
  },
} as const satisfies Readonly<Record<string, CodedError>>;

/** Distinguishes an argument from a property of one, as Node does. */
function describeName(name: string): 'property' | 'argument' {
  return name.includes('.') ? 'property' : 'argument';
}

// Names the type alone: the value may be a password.
function describeType(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object') return `type ${typeof value}`;
  return `an instance of ${value.constructor?.name || 'Object'}`;
}
