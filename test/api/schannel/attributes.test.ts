import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ContextAttributes,
  tlsServerEndPoint,
  tlsUnique,
  UnsupportedFunctionError,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { TlsClient } from '../../harness/support/tls.js';
import { certificate, NodeServer } from '../../harness/support/tls-server.js';
import { onWine } from '../../harness/support/wine.js';

// What a context of the Schannel package tells of its connection.

const server = await NodeServer.listen({ ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' });
const client = await TlsClient.open(server.address);
const peer = await server.client;
const { context } = client;

afterAll(() => {
  client[Symbol.dispose]();
  peer.destroy();
  server[Symbol.dispose]();
});

const SP_PROT_TLS1_2_CLIENT = 0x800;
const CALG_AES_256 = 0x6610;
const CALG_SHA_384 = 0x800d;
const CALG_ECDH_EPHEM = 0xae06;

describe('Schannel', () => {
  test('streamSizes: the header of a record, and the longest message', () => {
    proves('SECPKG_ATTR_STREAM_SIZES');
    expect(context.queryAttribute('streamSizes')).toMatchObject({
      header: 5,
      maximumMessage: 16384,
      buffers: 4,
    });
  });

  test("remoteCertContext is the server's certificate", () => {
    proves('SECPKG_ATTR_REMOTE_CERT_CONTEXT');
    const shown = context.queryAttribute('remoteCertContext');
    expect(shown).toBeInstanceOf(X509Certificate);
    expect(shown.raw).toEqual(certificate.raw);
    expect(context.queryAttribute('remoteCertContext').fingerprint256).toBe(
      certificate.fingerprint256,
    );
  });

  test('connectionInfo', () => {
    proves('SECPKG_ATTR_CONNECTION_INFO');
    expect(context.queryAttribute('connectionInfo')).toEqual({
      protocol: SP_PROT_TLS1_2_CLIENT,
      cipherAlgorithm: CALG_AES_256,
      cipherStrength: 256,
      hashAlgorithm: CALG_SHA_384,
      hashStrength: onWine ? 0 : 384,
      exchangeAlgorithm: CALG_ECDH_EPHEM,
      exchangeStrength: onWine ? 0 : expect.any(Number),
    });
  });

  test('cipherInfo', () => {
    proves('SECPKG_ATTR_CIPHER_INFO');
    expect(peer.getCipher().standardName).toBe('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384');
    expect(context.queryAttribute('cipherInfo')).toMatchObject({
      protocol: 0x303,
      // Wine knows neither the number nor the hash.
      cipherSuite: onWine ? 0 : 0xc030,
      cipherSuiteName: expect.stringContaining('TLS_ECDHE_RSA_WITH_AES_256_GCM'),
      cipherName: 'AES',
      cipherLength: 256,
      cipherBlockLength: 16,
      exchangeName: expect.stringMatching(/^ECDHE?$/),
      certificateName: 'RSA',
    });
  });

  test('endpointBindings are those of tlsServerEndPoint', () => {
    proves('SECPKG_ATTR_ENDPOINT_BINDINGS');
    const bindings = context.queryAttribute('endpointBindings');
    expect(bindings).toEqual(tlsServerEndPoint(certificate));
    expect(bindings).toEqual(tlsServerEndPoint(peer, 'server'));
  });

  test("uniqueBindings are those of tlsUnique on the server's side", () => {
    proves('SECPKG_ATTR_UNIQUE_BINDINGS');
    expect(context.queryAttribute('uniqueBindings')).toEqual(tlsUnique(peer, 'server'));
  });

  test('applicationProtocol: none was offered', () => {
    expect(context.queryAttribute('applicationProtocol')).toEqual({
      status: 'none',
      extension: 'none',
      protocol: undefined,
    });
  });

  test('keyInfo', () => {
    proves('SECPKG_ATTR_KEY_INFO');
    for (let count = 0; count < 3; count++) {
      expect(context.queryAttribute('keyInfo')).toMatchObject({
        encryptAlgorithmName: 'AES',
        keySize: 256,
        encryptAlgorithm: CALG_AES_256,
      });
    }
  });

  test
    .skipIf(!onWine)
    .each<[keyof ContextAttributes]>([
      ['sizes'],
      ['names'],
      ['lifespan'],
      ['sessionKey'],
      ['packageInfo'],
      ['negotiationInfo'],
      ['nativeNames'],
      ['flags'],
    ])("%s is not among Wine's", (name) => {
    expect(() => context.queryAttribute(name)).toThrow(UnsupportedFunctionError);
  });
});
