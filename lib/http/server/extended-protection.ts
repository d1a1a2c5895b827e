import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type ChannelBindings,
  type ServerContextFlags,
  type ServerContextOptions,
  tlsServerEndPoint,
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

function readBindings(socket: TLSSocket, { certificate }: ServerSettings): ChannelBindings {
  return certificate ? tlsServerEndPoint(certificate) : tlsServerEndPoint(socket, 'server');
}
