import { getBinding, type NativeContext, resultOf } from '../addon/binding.js';
import { UnsupportedFunctionError } from '../errors/errors.js';

export const SECPKG_ATTR_SIZES = 0;
export const SECPKG_ATTR_STREAM_SIZES = 4;

/** Sizes in bytes. https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_sizes */
export interface Sizes {
  readonly maxToken: number;
  readonly maxSignature: number;
  readonly blockSize: number;
  readonly securityTrailer: number;
}

/**
 * Sizes in bytes, of stream packages such as Schannel.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_streamsizes
 */
export interface StreamSizes {
  readonly header: number;
  readonly trailer: number;
  readonly maximumMessage: number;
  /** How many buffers a message takes. */
  readonly buffers: number;
  readonly blockSize: number;
}

/** What a message needs beside its own bytes. In bytes. */
export interface MessageSizes {
  /** The most that the package says it writes into a TOKEN, when it encrypts. */
  readonly securityTrailer: number;
  /** The same, when it signs. */
  readonly maxSignature: number;
  readonly streamHeader: number;
  readonly streamTrailer: number;
  /** Absent: messages may have any length. */
  readonly maximumMessage: number | undefined;
  /** What wrap() gives a package for its token. */
  readonly trailerSize: number;
  /** What wrap() gives a package for its padding. */
  readonly paddingSize: number;
  /** What sign() gives a package for its signature. */
  readonly signatureSize: number;
}

// Room for a token whatever SECPKG_ATTR_SIZES says: some packages state less than they write.
const LEAST_TOKEN = 64;
const LEAST_DCE_STYLE_TOKEN = 128;

const noSizes = { securityTrailer: 0, maxSignature: 0, blockSize: 0 };
const noStream = { header: 0, trailer: 0, maximumMessage: undefined };

/** Asks a complete context for the sizes of its messages. */
export function queryMessageSizes(context: NativeContext, dceStyle: boolean): MessageSizes {
  const sizes = queryIfKnown<Sizes>(context, SECPKG_ATTR_SIZES) ?? noSizes;
  const stream = queryIfKnown<StreamSizes>(context, SECPKG_ATTR_STREAM_SIZES) ?? noStream;
  const { maxSignature, blockSize, securityTrailer } = sizes;
  return {
    securityTrailer,
    maxSignature,
    streamHeader: stream.header,
    streamTrailer: stream.trailer,
    maximumMessage: stream.maximumMessage,
    trailerSize: Math.max(securityTrailer, dceStyle ? LEAST_DCE_STYLE_TOKEN : LEAST_TOKEN),
    paddingSize: blockSize,
    signatureSize: Math.max(maxSignature, LEAST_TOKEN),
  };
}

// Not every package has both attributes.
function queryIfKnown<Value>(context: NativeContext, attribute: number): Value | undefined {
  try {
    return resultOf(getBinding().queryAttribute(context, attribute) as Value);
  } catch (error) {
    if (error instanceof UnsupportedFunctionError) return undefined;
    throw error;
  }
}
