// The hash function of a certificate's signature, read from its DER: Node does not tell it.
// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters }, … }
// (RFC 5280, section 4.1)

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly rest: Buffer;
}

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const CONTEXT_0 = 0xa0;

// As bytes in hexadecimal: what follows the identifier's tag and length.
const hashOfSignature: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', 'md5'], // md5WithRSAEncryption
  ['2a864886f70d010105', 'sha1'], // sha1WithRSAEncryption
  ['2a864886f70d01010e', 'sha224'], // sha224WithRSAEncryption
  ['2a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['2a864886f70d01010c', 'sha384'], // sha384WithRSAEncryption
  ['2a864886f70d01010d', 'sha512'], // sha512WithRSAEncryption
  ['2a8648ce380403', 'sha1'], // dsa-with-sha1
  ['608648016503040302', 'sha256'], // dsa-with-sha256
  ['2a8648ce3d0401', 'sha1'], // ecdsa-with-SHA1
  ['2a8648ce3d040301', 'sha224'], // ecdsa-with-SHA224
  ['2a8648ce3d040302', 'sha256'], // ecdsa-with-SHA256
  ['2a8648ce3d040303', 'sha384'], // ecdsa-with-SHA384
  ['2a8648ce3d040304', 'sha512'], // ecdsa-with-SHA512
]);

const RSASSA_PSS = '2a864886f70d01010a';

const hashes: ReadonlyMap<string, string> = new Map([
  ['2b0e03021a', 'sha1'],
  ['608648016503040204', 'sha224'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);

/** Its name for node:crypto. Absent where the algorithm has no hash of its own, or is not known. */
export function signatureHash(certificate: Buffer): string | undefined {
  const tbsCertificate = read(read(certificate, SEQUENCE)?.content, SEQUENCE);
  const algorithm = read(tbsCertificate?.rest, SEQUENCE);
  const identifier = read(algorithm?.content, OBJECT_IDENTIFIER);
  const name = identifier?.content.toString('hex');
  if (name === undefined) return undefined;
  return name === RSASSA_PSS ? pssHash(identifier?.rest) : hashOfSignature.get(name);
}

// RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] SEQUENCE { OID, … } DEFAULT sha1, … }
// (RFC 4055, section 3.1)
function pssHash(bytes: Buffer | undefined): string | undefined {
  const parameters = read(bytes, SEQUENCE);
  if (!parameters) return undefined;
  const tagged = read(parameters.content, CONTEXT_0);
  if (!tagged) return 'sha1';
  const identifier = read(read(tagged.content, SEQUENCE)?.content, OBJECT_IDENTIFIER);
  return identifier && hashes.get(identifier.content.toString('hex'));
}

/** The first element of the bytes, if it has the tag and is whole. */
function read(bytes: Buffer | undefined, tag: number): Element | undefined {
  if (!bytes || bytes.length < 2 || bytes[0] !== tag) return undefined;
  const first = bytes[1] as number;
  const count = first < 0x80 ? 0 : first - 0x80;
  const start = 2 + count;
  if (count > 4 || bytes.length < start) return undefined;
  const length = count === 0 ? first : bytes.readUIntBE(2, count);
  if (bytes.length < start + length) return undefined;
  return {
    tag,
    content: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}
