import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthenticatorOptions,
  authenticatorOf,
  refuseHttp2,
} from '../server/authenticator.js';
import { bodyOf } from '../server/verdict.js';

/** What is used of Koa's context. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly state: object;
  status: number;
  body: unknown;
  respond?: boolean | undefined;
  set(name: string, value: string | string[]): void;
}

/** A middleware for Koa 3: `context.state.auth` is who the request comes from. */
export function koaNegotiate(options: AuthenticatorOptions = {}) {
  const authenticator = authenticatorOf(options);
  return async (context: KoaContextLike, next: () => Promise<unknown>): Promise<void> => {
    const verdict = await authenticator.judge(context.req, context.res);
    if (verdict.kind === 'authenticated') {
      Object.assign(context.state, { auth: verdict.authentication });
      await next();
    } else if (verdict.kind === 'refused') {
      context.status = verdict.status;
      for (const [name, value] of Object.entries(verdict.headers)) context.set(name, value);
      context.body = bodyOf(verdict);
    } else {
      context.respond = false;
      if (verdict.kind === 'http1') refuseHttp2(context.req);
    }
  };
}
