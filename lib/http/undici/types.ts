// What is used of undici 6, 7 and 8, which are in Node 22, 24 and 26. Their own types are not needed to use
// this package.
import type { Duplex } from 'node:stream';

export interface DispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly query?: Readonly<Record<string, unknown>> | null | undefined;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly upgrade?: string | boolean | null | undefined;
  /** Whether the connection closes after the request. */
  readonly reset?: boolean | null | undefined;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Controller {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  rawHeaders?: unknown;
  rawTrailers?: unknown;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** A handler of undici 7 and 8. */
export interface Handler {
  onRequestStart?(controller: Controller, context: unknown): void;
  onRequestUpgrade?(
    controller: Controller,
    status: number,
    headers: ResponseHeaders,
    socket: Duplex,
  ): void;
  onResponseStarted?(): void;
  onResponseStart?(
    controller: Controller,
    status: number,
    headers: ResponseHeaders,
    message?: string,
  ): void;
  onResponseData?(controller: Controller, chunk: Buffer): void;
  onResponseEnd?(controller: Controller, trailers: ResponseHeaders): void;
  onResponseError?(controller: Controller, error: Error): void;
}

/** A handler of undici 6, which `fetch` of undici 7 has too. */
export interface LegacyHandler {
  onConnect?(abort: (reason: Error) => void, context: unknown): void;
  onUpgrade?(status: number, rawHeaders: Buffer[], socket: Duplex): void;
  onResponseStarted?(): void;
  onHeaders?(
    status: number,
    rawHeaders: Buffer[],
    resume: () => void,
    message?: string,
  ): boolean | undefined;
  onData?(chunk: Buffer): boolean | undefined;
  onComplete?(rawTrailers: Buffer[]): void;
  onError?(error: Error): void;
}

export type Dispatch = (options: DispatchOptions, handler: Handler | LegacyHandler) => boolean;

/** The module, as far as `negotiateDispatcher` uses it. */
export interface Undici<Made> {
  readonly Dispatcher: new () => Made;
}
