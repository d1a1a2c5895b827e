import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { byteLengthOf, copyBytes } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import type { ContextRole } from '../flags.js';
import { bytes, type Description, type Reader, readOptions } from '../options.js';
import { validateChoice } from '../validate.js';
import { crypto } from './crypto.js';
import { signatureHash } from './signature-hash.js';

/**
 * Ties a context to the TLS channel around it: both sides pass the same, on every step.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
 */
export interface ChannelBindings {
  /**
   * The prefix of the kind and the value, such as `tls-server-end-point:` and the hash of the
   * server's certificate: from 1 to 65,535 bytes.
   */
  applicationData: Uint8Array;
}

const description = { applicationData: bytes(0xffff) } satisfies Description<ChannelBindings>;

/** Reads channel bindings, and copies them: the caller may detach or change its own later. */
export const channelBindings: Reader<ChannelBindings> = (value, name) => {
  const { applicationData } = readOptions(value, name, description);
  const copy = copyBytes(applicationData);
  if (byteLengthOf(copy) > 0) return { applicationData: copy };
  throw createError(
    'ERR_INVALID_ARG_VALUE',
    `${name}.applicationData`,
    'must not be empty: it would bind the context to nothing',
  );
};

/**
 * Makes channel bindings of the server's certificate (`tls-server-end-point`), the kind that Windows's
 * extended protection wants. The hash is that of the certificate's signature, SHA-256 in place of MD5
 * and SHA-1.
 *
 * @param source The certificate, or a connected socket. A server with certificates of several kinds
 *   passes the certificate: after a resumed session its socket may name another one.
 * @param role With a socket: the side that it is.
 * @returns The same on both sides of the connection.
 * @throws ERR_INVALID_ARG_TYPE and ERR_INVALID_ARG_VALUE where there is no certificate, no handshake, or
 *   no hash function in the certificate's signature.
 * @example
 * const channelBindings = tlsServerEndPoint(socket, 'client');
 * const context = new ClientContext(credentials, { targetName, channelBindings });
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
    source instanceof crypto().X509Certificate ? source : findServerCertificate(source, role);
  const hash = signatureHash(raw);
  if (hash === undefined) {
    const reason = 'has a signature algorithm without a hash function that RFC 5929 could use';
    throw createError('ERR_INVALID_ARG_VALUE', 'certificate', reason);
  }
  const raised = hash === 'md5' || hash === 'sha1' ? 'sha256' : hash;
  return createBindings('tls-server-end-point', crypto().createHash(raised).update(raw).digest());
}

/**
 * Makes channel bindings of the first Finished message of a connection (`tls-unique`), for TLS 1.2 and
 * earlier.
 *
 * @param socket A connected socket.
 * @param role The side that it is.
 * @returns The same on both sides of the connection, and on no other.
 * @throws ERR_INVALID_ARG_TYPE; ERR_INVALID_ARG_VALUE where there is no handshake, or one of TLS 1.3.
 * @example
 * const channelBindings = tlsUnique(socket, 'client');
 *
 * RFC 5929, section 3: https://www.rfc-editor.org/rfc/rfc5929#section-3
 */
export function tlsUnique(socket: TLSSocket, role: ContextRole): ChannelBindings {
  validateSocket(socket);
  validateChoice(role, 'role', ['client', 'server']);
  if (!socket.getFinished()) throw connectionError();
  if (socket.getProtocol() === 'TLSv1.3') throw protocolError('TLS 1.2 or earlier');
  // The client sends the first Finished; where a session is resumed, the server does.
  const isOurs = (role === 'client') !== socket.isSessionReused();
  const finished = isOurs ? socket.getFinished() : socket.getPeerFinished();
  if (!finished) throw connectionError();
  return createBindings('tls-unique', finished);
}

/**
 * Makes channel bindings of keying material that a connection exports (`tls-exporter`), for TLS 1.3.
 *
 * @param socket A connected socket, of either side.
 * @returns The same on both sides of the connection, and on no other.
 * @throws ERR_INVALID_ARG_TYPE; ERR_INVALID_ARG_VALUE where there is no handshake, or one before TLS 1.3.
 * @example
 * const channelBindings = tlsExporter(socket);
 *
 * RFC 9266: https://www.rfc-editor.org/rfc/rfc9266
 */
export function tlsExporter(socket: TLSSocket): ChannelBindings {
  validateSocket(socket);
  if (!socket.getFinished()) throw connectionError();
  if (socket.getProtocol() !== 'TLSv1.3') throw protocolError('TLS 1.3');
  const material = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  return createBindings('tls-exporter', material);
}

function findServerCertificate(
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
  throw createError(
    'ERR_INVALID_ARG_VALUE',
    'socket',
    "must have the server's certificate. Check the role; a client that resumes a session is not sent " +
      'it: keep the X509Certificate of the first connection, or set maxCachedSessions: 0 in the agent',
  );
}

// Looks at the methods: a socket may come from another realm, or be a wrapper.
function validateSocket(socket: unknown): asserts socket is TLSSocket {
  if (typeof (socket as TLSSocket | null | undefined)?.getPeerX509Certificate === 'function') {
    return;
  }
  const expected = 'an instance of tls.TLSSocket or X509Certificate';
  throw createError('ERR_INVALID_ARG_TYPE', 'socket', expected, socket);
}

function connectionError(): Error {
  const reason = 'must have completed its TLS handshake: wait for "secureConnect"';
  return createError('ERR_INVALID_ARG_VALUE', 'socket', reason);
}

function protocolError(protocol: string): Error {
  return createError('ERR_INVALID_ARG_VALUE', 'socket', `must use ${protocol}`);
}

function createBindings(kind: string, value: Buffer): ChannelBindings {
  return { applicationData: Buffer.concat([Buffer.from(`${kind}:`), value]) };
}
