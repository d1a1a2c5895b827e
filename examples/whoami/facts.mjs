// Collects what a server knows of an authenticated request.
import { SspiError } from 'winsspi';

/** For each connection: the number of its requests, and which one authenticated it. */
const histories = new WeakMap();

/** Call once for every request, authenticated or not. */
export function count({ socket }) {
  const history = histories.get(socket) ?? { requests: 0, authentication: undefined, by: 0 };
  history.requests += 1;
  histories.set(socket, history);
}

/** @param {import('winsspi/http').Authentication} auth */
export async function factsOf(auth, request) {
  const { socket } = request;
  const history = histories.get(socket);
  if (history.authentication !== auth) {
    Object.assign(history, { authentication: auth, by: history.requests });
  }
  const { name, sid, package: used, scheme, flags, tokenCount, channelBindings, context } = auth;
  return {
    auth: {
      ...{ name, sid, package: used, scheme, flags, tokenCount, channelBindings },
      expiry: context.expiry,
    },
    identity: await identityOf(auth),
    connection: {
      from: `${socket.remoteAddress} port ${socket.remotePort}`,
      to: request.headers.host ?? 'a server without a name',
      tls: socket.encrypted && {
        protocol: socket.getProtocol(),
        cipher: socket.getCipher().standardName,
      },
      request: history.requests,
      authenticatedBy: history.by,
    },
  };
}

/** With the names of the groups, where they can be looked up. */
async function identityOf({ context, groups }) {
  try {
    const identity = await context.identity();
    return {
      account: accountOf(identity),
      level: identity.impersonationLevel,
      elevated: identity.elevated,
      groups: identity.groups.map(({ sid, attributes, ...group }) => ({
        ...{ sid, attributes, name: accountOf(group) },
      })),
    };
  } catch (error) {
    if (!(error instanceof SspiError)) throw error;
    return { account: undefined, level: undefined, elevated: false, groups };
  }
}

function accountOf({ name, domain }) {
  return domain ? `${domain}\\${name}` : name;
}
