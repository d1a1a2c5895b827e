import type { IncomingMessage, ServerResponse } from 'node:http';
import { createError } from '../../errors/usage-error.js';
import { lookupAccountName, type ServerContext } from '../../index.js';
import { validateArray, validateName, validateSid } from '../../validate.js';
import { createFailure } from '../server/authenticate-result.js';
import type { Authentication } from '../server/authentication.js';
import { sendFailure } from '../server/authenticator.js';
import { findAuthenticator, type Middleware } from './middleware.js';

/**
 * Creates a middleware for a route, behind negotiate(): it calls `next` for members of one of the groups, and answers
 * 403 to others. A request without a user, behind `optional: true`, is asked for a token with 401.
 *
 * @param groups Groups or users, by SID or by name, such as `CORP\\Auditors`. A name is looked up once, when it is first
 *   needed: an error of the look-up goes to `next`.
 * @returns The middleware.
 * @throws {TypeError} No group, or no text.
 *
 * @example
 * app.get('/audit', requireMember('S-1-5-32-544'), (request, response) => response.send('…'));
 */
export function requireMember(groups: string | readonly string[]): Middleware {
  const list = readGroups(groups);
  const sids = new Map<string, string>();
  const findSid = async (group: string): Promise<string> => {
    const sid = isSid(group) ? group : (sids.get(group) ?? (await lookupAccountName(group)).sid);
    sids.set(group, sid);
    return sid;
  };
  const isMember = async (context: ServerContext): Promise<boolean> => {
    for (const group of list) {
      if (await context.isMemberOf(await findSid(group))) return true;
    }
    return false;
  };
  return (request, response, next) => {
    const check = async () => {
      if (await isAskedForToken(request, response)) return undefined;
      return isMember(readContext(request));
    };
    check().then((isIn) => {
      if (isIn) next();
      if (isIn === false) forbid(request, response);
    }, next);
  };
}

/** Answers a request that has passed negotiate() without a user. */
async function isAskedForToken(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const authenticator = findAuthenticator(request);
  if (!authenticator || readAuthentication(request)) return false;
  return (await authenticator.authenticate(request, response)) === undefined;
}

function forbid(request: IncomingMessage, response: ServerResponse): void {
  const authenticator = findAuthenticator(request);
  if (authenticator) authenticator.forbid(request, response);
  else sendFailure(response, createFailure('notAllowed'));
}

function readAuthentication(request: IncomingMessage): Authentication | undefined {
  return (request as { auth?: Authentication }).auth;
}

function readContext(request: IncomingMessage): ServerContext {
  const auth = readAuthentication(request);
  if (auth) return auth.context;
  const reason = 'is missing: negotiate() must come before requireMember()';
  throw createError('ERR_INVALID_ARG_VALUE', 'request.auth', reason);
}

function readGroups(groups: string | readonly string[]): readonly string[] {
  if (typeof groups === 'string') return readGroups([groups]);
  validateArray(groups, 'groups');
  const list = [...groups];
  if (list.length === 0) {
    throw createError('ERR_INVALID_ARG_VALUE', 'groups', 'must name one at least');
  }
  for (const group of list) {
    validateName(group, 'groups');
    if (isSid(group)) validateSid(group, 'groups');
  }
  return list;
}

function isSid(group: string): boolean {
  return /^S-\d/.test(group);
}
