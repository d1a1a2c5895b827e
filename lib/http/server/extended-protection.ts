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

// HTTP has no messages to protect. Asked for more, some packages refuse clients that offer little, as browsers do.
const defaultFlags: ServerContextFlags = {
  connection: true,
  mutualAuthentication: false,
  replayDetect: false,
  sequenceDetect: false,
  confidentiality: false,
  integrity: false,
};

/** What a context of a connection is made with. */
export function contextOptions(socket: Socket, settings: ServerSettings): ServerContextOptions {
  const { requiredFlags, extendedProtection } = settings;
  const flags = { ...defaultFlags, ...settings.flags };
  if (extendedProtection === 'off' || !isTls(socket)) return { flags, requiredFlags };
  return {
    // Without this word, Windows refuses clients that have no channel bindings.
    flags: { ...flags, allowMissingBindings: extendedProtection === 'allow' },
    requiredFlags,
    channelBindings: bindingsOf(socket, settings),
  };
}

/** What a complete context of a connection says of its client's channel bindings. */
export function bindingState(socket: Socket, { extendedProtection }: ServerSettings): BindingState {
  if (extendedProtection === 'off' || !isTls(socket)) return 'off';
  return extendedProtection === 'require' ? 'verified' : 'allowed';
}

function bindingsOf(socket: TLSSocket, { certificate }: ServerSettings): ChannelBindings {
  return certificate ? tlsServerEndPoint(certificate) : tlsServerEndPoint(socket, 'server');
}
