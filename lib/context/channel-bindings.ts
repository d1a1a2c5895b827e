import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { byteLengthOf } from '../bytes.js';
import { usageError } from '../errors/usage-error.js';
import type { ContextRole } from '../flags.js';
import { validateBytes, validateChoice, validOptions } from '../validate.js';
import { crypto } from './crypto.js';
import { signatureHash } from './signature-hash.js';

/**
 * What ties a context to the TLS channel around it: both sides give the same, on every leg.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
 */
export interface ChannelBindings {
  /**
   * The prefix of the kind and the value, such as `tls-server-end-point:` and the hash of the
   * server's certificate.
   */
  applicationData: Uint8Array;
}

/** The application data of channel bindings, checked. */
export function applicationDataOf(bindings: ChannelBindings): Uint8Array {
  const name = 'options.channelBindings';
  const { applicationData } = validOptions(bindings, name, ['applicationData']);
  validateBytes(applicationData, `${name}.applicationData`, 0xffff);
  if (byteLengthOf(applicationData) > 0) return applicationData;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"${name}.applicationData" must not be empty: it would bind the context to nothing`,
  );
}

/**
 * The server's certificate as channel bindings, from the certificate, or from a connected socket and
 * the side that it is. The hash is that of the certificate's signature, SHA-256 in place of MD5 and
 * SHA-1. This is the kind that Windows's extended protection wants. A server with certificates of
 * several kinds passes the certificate: after a resumed session its socket may name another one.
 *
 * RFC 5929, section 4: https://www.rfc-editor.org/rfc/rfc5929#section-4
 */
export function tlsServerEndPoint(certificate: X509Certificate): ChannelBindings;
export function tlsServerEndPoint(socket: TLSSocket, role: ContextRole): ChannelBindings;
export function tlsServerEndPoint(
  source: X509Certificate | TLSSocket,
  role?: ContextRole,
): ChannelBindings {
  const { raw } =
    source instanceof crypto().X509Certificate ? source : serverCertificate(source, role);
  const hash = signatureHash(raw);
  if (hash === undefined) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      "The certificate's signature algorithm has no hash function that RFC 5929 could use",
    );
  }
  const raised = hash === 'md5' || hash === 'sha1' ? 'sha256' : hash;
  return bindings('tls-server-end-point', crypto().createHash(raised).update(raw).digest());
}

/**
 * The first Finished message of a connected socket, for TLS 1.2 and earlier.
 *
 * RFC 5929, section 3: https://www.rfc-editor.org/rfc/rfc5929#section-3
 */
export function tlsUnique(socket: TLSSocket, role: ContextRole): ChannelBindings {
  validateSocket(socket);
  validateChoice(role, 'role', ['client', 'server']);
  if (!socket.getFinished()) throw connectionError();
  if (socket.getProtocol() === 'TLSv1.3') throw protocolError('tls-unique', 'TLS 1.2 or earlier');
  // The client finishes first, but where a session is resumed.
  const ours = (role === 'client') !== socket.isSessionReused();
  const finished = ours ? socket.getFinished() : socket.getPeerFinished();
  if (!finished) throw connectionError();
  return bindings('tls-unique', finished);
}

/**
 * Keying material that a connected socket exports, for TLS 1.3.
 *
 * RFC 9266: https://www.rfc-editor.org/rfc/rfc9266
 */
export function tlsExporter(socket: TLSSocket): ChannelBindings {
  validateSocket(socket);
  if (!socket.getFinished()) throw connectionError();
  if (socket.getProtocol() !== 'TLSv1.3') throw protocolError('tls-exporter', 'TLS 1.3');
  const material = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  return bindings('tls-exporter', material);
}

function serverCertificate(
  socket: TLSSocket,
  role: ContextRole | undefined,
): Pick<X509Certificate, 'raw'> {
  validateSocket(socket);
  validateChoice(role, 'role', ['client', 'server']);
  // On a client, getPeerX509Certificate() takes the certificate off the chain: called again, it gives the
  // issuer's, or none.
  const certificate = role === 'client' ? socket.getPeerCertificate() : socket.getX509Certificate();
  if (certificate?.raw) return certificate;
  if (!socket.getFinished()) throw connectionError();
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    "The TLS socket does not have the server's certificate. Check the role; a client that resumes a " +
      'session is not sent it: keep the X509Certificate of the first connection, or set ' +
      'maxCachedSessions: 0 in the agent',
  );
}

// By what it can do: a socket may come from another realm, or be a wrapper.
function validateSocket(socket: unknown): asserts socket is TLSSocket {
  if (typeof (socket as TLSSocket | null | undefined)?.getPeerX509Certificate === 'function') {
    return;
  }
  throw usageError(
    'ERR_INVALID_ARG_TYPE',
    'The channel must be a tls.TLSSocket or an X509Certificate',
  );
}

function connectionError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    'The TLS socket has no handshake behind it: wait for "secureConnect"',
  );
}

function protocolError(kind: string, protocol: string): Error {
  return usageError('ERR_INVALID_ARG_VALUE', `${kind} needs ${protocol}`);
}

function bindings(kind: string, value: Buffer): ChannelBindings {
  return { applicationData: Buffer.concat([Buffer.from(`${kind}:`), value]) };
}
