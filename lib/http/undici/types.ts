// What is used of undici 8. Its own types are not needed to use this package.
import type { Socket } from 'node:net';

export interface DispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly upgrade?: unknown;
  /** Whether the connection closes after the request. */
  readonly reset?: boolean | undefined;
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

export interface Handler {
  onRequestStart?(controller: Controller, context: unknown): void;
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
  onBodySent?(chunk: Buffer): void;
  onRequestSent?(): void;
}

export type Dispatch = (options: DispatchOptions, handler: Handler) => boolean;

export interface ConnectorOptions {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly httpSocket?: Socket;
  /** The name that TLS asks for and checks. None: that of the host. */
  readonly servername?: string | null;
  /** Aborted where nobody waits for the connection any more. */
  readonly signal?: AbortSignal;
}

export type Connector = (
  options: ConnectorOptions,
  callback: (error: Error | null, socket: Socket | null) => void,
) => unknown;

export interface Dispatcher {
  dispatch: Dispatch;
  close(...parameters: unknown[]): unknown;
  destroy(...parameters: unknown[]): unknown;
}

/** The module, as far as `negotiateDispatcher` makes things with it. */
export interface Undici<Made> {
  readonly Agent: new (options?: never) => Made;
  readonly Client: new (origin: never, options?: never) => unknown;
  readonly Pool: new (origin: never, options?: never) => unknown;
  buildConnector(options?: never): unknown;
}
