import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { SecurityContext } from 'winsspi';
import { theLab } from './lab.js';

export interface GssOptions {
  role: 'initiator' | 'acceptor';
  mech: 'krb5' | 'spnego' | 'ntlm';
  target?: string;
  user?: string;
  password?: string;
  mechs?: readonly string[];
  flags?: string[];
  channelBindings?: string;
  /** How far the peer's clock is off, as `+600s`. */
  clock?: string;
}

export interface GssStep {
  token: Buffer | undefined;
  done: boolean;
  initiator?: string;
  mech?: string;
  flags?: string[];
  /** Whose credentials the initiator has delegated. */
  delegated?: string | null;
}

/** GSS-API's own error. */
export class GssError extends Error {
  /** RFC 2744's routine error, where it is one of GSS-API. */
  readonly routine: number | undefined;
  readonly token: Buffer | undefined;

  constructor({ message, token, major }: Failure) {
    super(message);
    this.routine = major === null ? undefined : (major >> 16) & 0xff;
    this.token = bytes(token);
  }
}

interface Failure {
  message: string;
  token: string | null;
  major: number | null;
}

type Answer = Record<string, unknown> & { error?: Failure };

const bytes = (text: unknown) =>
  typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;

/** A security context of GSS-API, in the lab's peer (test/harness/lab/peers/gss_peer.py). */
export class GssPeer {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  static async open(options: GssOptions): Promise<GssPeer> {
    const { host, port } = theLab().peer;
    const socket = connect(port, host);
    await once(socket, 'connect');
    const peer = new GssPeer(socket);
    await peer.#ask({ op: 'open', ...options });
    return peer;
  }

  async step(token?: Buffer): Promise<GssStep> {
    const answer = await this.#ask({ op: 'step', token: token?.toString('base64') ?? null });
    return { ...answer, token: bytes(answer.token) } as GssStep;
  }

  /** Begins anew, as an initiator with the credentials that were delegated to this acceptor. */
  async openDelegated(
    options: Pick<GssOptions, 'mech' | 'flags'> & { target: string },
  ): Promise<void> {
    await this.#ask({ op: 'openDelegated', ...options });
  }

  async wrap(message: Uint8Array, encrypt = true): Promise<Buffer> {
    const answer = await this.#ask({ op: 'wrap', message: base64(message), encrypt });
    return bytes(answer.sealed) as Buffer;
  }

  async unwrap(sealed: Uint8Array): Promise<{ message: Buffer; encrypted: boolean }> {
    const answer = await this.#ask({ op: 'unwrap', sealed: base64(sealed) });
    return { message: bytes(answer.message) as Buffer, encrypted: answer.encrypted === true };
  }

  async sign(message: Uint8Array): Promise<Buffer> {
    return bytes((await this.#ask({ op: 'sign', message: base64(message) })).signature) as Buffer;
  }

  async verify(message: Uint8Array, signature: Uint8Array): Promise<void> {
    await this.#ask({ op: 'verify', message: base64(message), signature: base64(signature) });
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ask(request: Record<string, unknown>): Promise<Answer> {
    this.#socket.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The GSS-API peer has gone.');
    const answer: Answer = JSON.parse(value);
    if (answer.error) throw new GssError(answer.error);
    return answer;
  }
}

const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');

/** Passes tokens between a context and the peer until both are complete. */
export async function handshakeWithPeer(
  context: SecurityContext,
  peer: GssPeer,
  first: 'context' | 'peer',
): Promise<GssStep> {
  let token: Buffer | undefined;
  let answer: GssStep | undefined;
  if (first === 'peer') {
    answer = await peer.step();
    token = answer.token;
  }
  while (!context.done || !answer?.done) {
    const result = context.done ? undefined : await context.step(token);
    if (!result?.token) break;
    answer = await peer.step(result.token);
    token = answer.token;
  }
  if (!answer) throw new Error('The peer was not asked.');
  return answer;
}
