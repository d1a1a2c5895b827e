import type { IncomingMessage } from 'node:http';
import { isUint8Array } from 'node:util/types';
import { createError } from '../../errors/usage-error.js';
import { type Description, readOptions } from '../../options.js';
import type { AuthenticateFailure } from './authenticate-result.js';

/** The page of an answer. */
export interface FailurePage {
  body: string | Uint8Array;
  /** The value of Content-Type. */
  contentType: string;
}

/** Returns the page for a failure, or undefined for the default text. */
export type FormatFailure = (
  failure: AuthenticateFailure,
  request: IncomingMessage,
) => FailurePage | undefined;

const failurePage = {
  body: readBody,
  contentType: readContentType,
} satisfies Description<FailurePage>;

/**
 * Replaces the page of a failure by that of the application. Emits a warning where the application's function throws,
 * or returns no page: the client gets the default text then.
 */
export function replacePage(
  failure: AuthenticateFailure,
  request: IncomingMessage,
  formatFailure: FormatFailure | undefined,
): AuthenticateFailure {
  try {
    const page: unknown = formatFailure?.(failure, request);
    // It is refused below, and its own error must not end the process.
    if (page instanceof Promise) page.catch(() => {});
    return page === undefined
      ? failure
      : { ...failure, ...readOptions(page as FailurePage, 'page', failurePage) };
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
    return failure;
  }
}

function readBody(value: unknown, name: string): string | Buffer {
  if (typeof value === 'string') return value;
  if (isUint8Array(value)) return Buffer.from(value);
  throw createError('ERR_INVALID_ARG_TYPE', name, 'a string or an instance of Uint8Array', value);
}

function readContentType(value: unknown, name: string): string {
  if (typeof value === 'string' && /^[\t\x20-\x7e]+$/.test(value)) return value;
  throw createError('ERR_INVALID_ARG_VALUE', name, 'must be a value of Content-Type');
}
