// What the tests use of Koa. Its types do not agree with those of a package that it has itself.
declare module 'koa' {
  import type { RequestListener } from 'node:http';
  import type { Authentication, KoaContextLike } from 'winsspi/http';

  export type Context = KoaContextLike & {
    state: { auth: Authentication };
    throw(status: number, message: string): never;
  };

  export default class Koa {
    silent: boolean;
    use(middleware: (context: Context, next: () => Promise<unknown>) => unknown): this;
    callback(): RequestListener;
  }
}
