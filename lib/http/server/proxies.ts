import type { IncomingMessage } from 'node:http';

// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3
// https://www.rfc-editor.org/rfc/rfc7239#section-4
const marks = ['via', 'forwarded', 'x-forwarded-for'] as const;

/** Whether a request says that it came through a proxy. */
export function isProxied({ headers }: IncomingMessage): boolean {
  return marks.some((name) => headers[name] !== undefined);
}
