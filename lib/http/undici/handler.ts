import { usageError } from '../../errors/usage-error.js';
import type { Controller, Handler, LegacyHandler, ResponseHeaders } from './types.js';

/** A handler of any undici, as one of undici 8. */
export function handlerOf(handler: Handler | LegacyHandler): Handler {
  if (typeof handler !== 'object' || handler === null) {
    throw usageError('ERR_INVALID_ARG_TYPE', 'The "handler" argument must be an object');
  }
  if ('onRequestStart' in handler) return handler;
  if ('onConnect' in handler) return new LegacyAdapter(handler as LegacyHandler);
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    'The argument "handler" must have the method onRequestStart, or onConnect',
  );
}

class LegacyAdapter implements Handler {
  readonly #handler: LegacyHandler;

  constructor(handler: LegacyHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onConnect?.((reason) => controller.abort(reason), context);
  }

  onRequestUpgrade(
    ...[controller, status, , socket]: Parameters<NonNullable<Handler['onRequestUpgrade']>>
  ): void {
    this.#handler.onUpgrade?.(status, controller.rawHeaders as Buffer[], socket);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: Controller,
    status: number,
    _: ResponseHeaders,
    message?: string,
  ): void {
    const rawHeaders = controller.rawHeaders as Buffer[];
    const resume = () => controller.resume();
    const goesOn = this.#handler.onHeaders?.(status, rawHeaders, resume, message);
    if (goesOn === false && status >= 200) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#handler.onData?.(chunk) === false) controller.pause();
  }

  onResponseEnd(controller: Controller): void {
    this.#handler.onComplete?.(controller.rawTrailers as Buffer[]);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#handler.onError?.(error);
  }
}
