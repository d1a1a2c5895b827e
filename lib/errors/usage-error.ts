import { codes } from './codes.js';

type Codes = typeof codes;

/** The code of an error of misuse or of state. */
export type UsageErrorCode = keyof Codes;

// Errors of this file: those of a caller's getters keep their stacks.
const usageErrors = new WeakSet<Error>();

/**
 * Creates the error of a code, with the text that the table has for it.
 *
 * @param args What the text names, then the `cause` where there is one.
 */
export function createError<Code extends UsageErrorCode>(
  code: Code,
  ...args: [...Parameters<Codes[Code]['text']>, options?: ErrorOptions]
): Error {
  const text = codes[code].text as (...args: unknown[]) => string;
  const error = newError(code, text(...args), args[text.length] as ErrorOptions | undefined);
  captureStack(error, code, createError);
  return error;
}

/** Creates the error of a code, with a text that fits one place only. */
export function usageError(code: UsageErrorCode, message: string, options?: ErrorOptions): Error {
  const error = newError(code, message, options);
  captureStack(error, code, usageError);
  return error;
}

/** Wraps a validator: the stack of its error then begins with the function that called it. */
export function hideStackFrames<Validate extends (...args: never[]) => unknown>(
  validate: Validate,
): Validate {
  const hidden = (...args: never[]) => {
    try {
      return validate(...args);
    } catch (error) {
      if (isUsageError(error)) captureStack(error, error.code, hidden);
      throw error;
    }
  };
  return hidden as Validate;
}

interface UsageError extends Error {
  readonly code: UsageErrorCode;
}

function isUsageError(error: unknown): error is UsageError {
  return usageErrors.has(error as Error);
}

function newError(code: UsageErrorCode, message: string, options?: ErrorOptions): Error {
  const error = new codes[code].class(message, options);
  define(error, 'code', { value: code, enumerable: true, writable: true });
  usageErrors.add(error);
  return error;
}

/** Writes the code into the first line of the stack, as Node does: `TypeError [ERR_…]: …`. */
function captureStack(error: Error, code: UsageErrorCode, hidden: (...args: never[]) => unknown) {
  define(error, 'name', { value: `${error.name} [${code}]` });
  Error.captureStackTrace(error, hidden);
  // V8 formats the stack when it is first read.
  void error.stack;
  Reflect.deleteProperty(error, 'name');
}

// No code of the caller's runs, whatever Object.prototype has.
function define(error: Error, key: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(error, key, {
    __proto__: null,
    configurable: true,
    ...descriptor,
  } as object);
}
