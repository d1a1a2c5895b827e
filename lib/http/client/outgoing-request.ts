import type { InformationEvent } from 'node:http';
import { usageError } from '../../errors/usage-error.js';
import { ReplayableBody } from './replayable-body.js';

/** A request as it goes out, as often as it takes. */
export interface OutgoingRequest {
  /** The URL, whose path and query stand in the request line where `path` does not. */
  readonly url: URL;
  readonly path?: string | undefined;
  readonly method: string;
  /** Those of the message: without those about its connection and its length. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array | ReplayableBody | undefined;
  /** The protocol to change to. */
  readonly upgrade?: string | undefined;
  /** Whether the connection closes after the response. */
  readonly closes?: boolean | undefined;
  /** Called with each interim response, such as 103. */
  readonly onInformation?: ((information: InformationEvent) => void) | undefined;
  readonly signal: AbortSignal;
}

// The sender of a message writes them: with those of another the server could read a request in a body.
const aboutConnection = [
  ...['connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

/** Whether a header of the caller's, by its name in lower case, is sent on. */
export function isSentOn(name: string): boolean {
  return !aboutConnection.includes(name);
}

/** How many bytes a body has. Absent: that is not known before its end. */
export function lengthOf(body: OutgoingRequest['body']): number | undefined {
  return body instanceof Uint8Array ? body.byteLength : (body?.length ?? (body ? undefined : 0));
}

export function isReplayable({ body }: OutgoingRequest): boolean {
  return !(body instanceof ReplayableBody) || body.isReplayable;
}

/** Throws unless a path is one: behind a proxy, anything else could name another host. */
export function assertPath(path: string): void {
  if (path.startsWith('/')) return;
  throw usageError('ERR_INVALID_ARG_VALUE', 'The path of a request must start with "/"');
}
