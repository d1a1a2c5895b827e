import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type ChannelBindings,
  type ServerContext,
  type ServerContextFlags,
  type ServerContextOptions,
  TargetUnknownError,
  tlsServerEndPoint,
  UnsupportedFunctionError,
} from '../../index.js';
import { isTls } from '../tls.js';
import type { BindingState } from './authentication.js';
import type { ServerSettings } from './options.js';

// HTTP has no messages to protect, and some packages refuse clients that do not offer every flag asked for.
const defaultFlags: ServerContextFlags = {
  connection: true,
  mutualAuthentication: false,
  replayDetect: false,
  sequenceDetect: false,
  confidentiality: false,
  integrity: false,
};

/** Creates the options for a context of a connection. */
export function contextOptions(socket: Socket, settings: ServerSettings): ServerContextOptions {
  const { requiredFlags, extendedProtection } = settings;
  const flags = { ...defaultFlags, ...settings.flags };
  if (extendedProtection === 'off' || !isTls(socket)) return { flags, requiredFlags };
  return {
    // Without this flag, Windows refuses clients that have no channel bindings.
    flags: { ...flags, allowMissingBindings: extendedProtection === 'allow' },
    requiredFlags,
    channelBindings: readBindings(socket, settings),
  };
}

/** Returns the state of channel bindings after a successful handshake on a connection. */
export function bindingState(socket: Socket, { extendedProtection }: ServerSettings): BindingState {
  if (extendedProtection === 'off' || !isTls(socket)) return 'off';
  return extendedProtection === 'require' ? 'verified' : 'allowed';
}

/** Whether a connection has to use TLS, and does not. */
export function lacksTls(socket: Socket, { extendedProtection, targetNames }: ServerSettings) {
  return extendedProtection === 'require' && targetNames === undefined && !isTls(socket);
}

/**
 * Finds out whether the client of a complete context asked for another service. Checks connections without TLS, which
 * have no channel bindings: a program that relays a token for another server must not log on with it.
 */
export function findTargetFailure(
  socket: Socket,
  context: ServerContext,
  { extendedProtection, targetNames }: ServerSettings,
): 'wrongTarget' | undefined {
  if (targetNames === undefined || isTls(socket)) return undefined;
  const target = readTarget(context).toLowerCase();
  const isAllowed =
    target === ''
      ? extendedProtection === 'allow'
      : targetNames.some((name) => name.toLowerCase() === target);
  return isAllowed ? undefined : 'wrongTarget';
}

// Older clients with NTLM name no target, and packages without the attribute report none. Every other error is one of
// the server: it must not look like a client without a name.
function readTarget(context: ServerContext): string {
  try {
    return context.queryAttribute('clientSpecifiedTarget');
  } catch (error) {
    if (error instanceof UnsupportedFunctionError || error instanceof TargetUnknownError) return '';
    throw error;
  }
}

function readBindings(socket: TLSSocket, { certificate }: ServerSettings): ChannelBindings {
  return certificate ? tlsServerEndPoint(certificate) : tlsServerEndPoint(socket, 'server');
}
