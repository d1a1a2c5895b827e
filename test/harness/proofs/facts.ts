import type { Rows } from './subjects.js';

// What winsspi relies on, each under the name that proves() takes.
export const facts = {
  // The page EncryptMessage (Negotiate)
  'wrap without encryption': {
    statement:
      'SECQOP_WRAP_NO_ENCRYPT (0x80000001) makes the token and leaves DATA readable, and ' +
      'the one who opens the message is told. NTLM encrypts all the same.',
  },
  'in-place encryption': {
    statement:
      'A message is one or more SecBuffers. encryptMessage encrypts DATA in the memory of ' +
      'the caller, without a copy.',
  },
  'read-only buffers': {
    statement:
      'SECBUFFER_READONLY (0x80000000) and SECBUFFER_READONLY_WITH_CHECKSUM (0x10000000) ' +
      "are bits of a buffer's type that keep it from being encrypted. Kerberos leaves the " +
      'former out of the checksum; NTLM covers both.',
    onWindows: "The checksums of Windows's own packages.",
  },
  'longest message': {
    statement:
      'Where a package has STREAM_SIZES, a message over cbMaximumMessage is a RangeError ' +
      'that names the limit, before the call. Packages without the attribute, such as NTLM ' +
      'and Kerberos, have no limit.',
  },
  'padding buffer': {
    statement:
      'wrap passes a PADDING buffer of cbBlockSize bytes always, wrapDetached unless padding is false. ' +
      'An array of SecBuffers goes to the package as it is, with or without one.',
  },
  'sequence number': {
    statement:
      'The sequence number is the one of the transport, and 0 where none is given. Kerberos ' +
      'and NTLM count for themselves and ignore it.',
    onWindows: 'A package that uses the number.',
  },
  'layouts of a message': {
    statement:
      'STREAM_HEADER, DATA, STREAM_TRAILER, EMPTY is the layout of Schannel. Negotiate, ' +
      'Kerberos and NTLM seal TOKEN, DATA, PADDING, and open STREAM, DATA or TOKEN, DATA; ' +
      'each of these can be passed.',
  },
  'contiguous memory': {
    statement:
      'Packages are fastest in one run of memory: wrap and wrapDetached lay out token, ' +
      'message and padding in one.',
    onWindows: 'How much faster it is.',
  },
  'typed errors': {
    statement:
      "Each of the page's seven statuses is an error of a class of its own, with code, " +
      'status and syscall. INVALID_TOKEN also means that the TOKEN buffer is missing.',
  },
  'one call in each direction': {
    statement:
      'Sealing and opening may overlap on one context. Two calls in the same direction ' +
      'never do: the second waits, or is refused where it cannot wait.',
  },
  SealMessage: {
    statement: 'Windows XP knew EncryptMessage as SealMessage too.',
    onWindows: 'Nothing: no Node that winsspi takes runs on Windows XP.',
  },

  // Buffers
  'types and attribute bits': {
    statement:
      'The types of buffers have the numbers 0 to 28, under a mask of attribute bits ' +
      '(0xF0000000). Each reaches the package and comes back as it is.',
  },
  'shrinking token': {
    statement:
      'A package may use less of TOKEN and PADDING than it was given: AES Kerberos asks for ' +
      '76 bytes, and leaves 60 and 0. The lengths that it returned count.',
    onWindows: 'The lengths of Kerberos of Windows.',
  },
  'minimum token size': {
    statement:
      'cbSecurityTrailer can be too low: wrap and wrapDetached give a token 64 bytes at ' +
      'least, and 128 with DCE_STYLE.',
  },
  'order on the wire': {
    statement: 'On the wire a sealed message is TOKEN, DATA, PADDING: so GSS-API reads it.',
    onWindows: 'The order of Kerberos of Windows.',
  },
  'ranges of a stream': {
    statement:
      'Opening a STREAM, the package points DATA into it. A range that does not lie in the ' +
      'memory that was passed is refused, and never freed.',
    onWindows: 'Where in the stream Kerberos of Windows leaves the message.',
  },
  'NTLM token size': {
    statement:
      'The token of NTLM has 16 bytes, with DCE_STYLE too: TOKEN and DATA open, and unwrap divides ' +
      'them so.',
    onWindows: 'That NTLM of Windows opens this layout.',
  },
  'detached messages': {
    statement:
      'Some protocols send token and message apart, and no padding. Where a package does ' +
      'pad, as RC4 Kerberos does, the padding is returned, and has to be passed to open the ' +
      'message.',
    onWindows: 'RC4 Kerberos, which pads.',
  },
  'DCE header signing': {
    statement:
      'DCE signs headers: DATA with READONLY_WITH_CHECKSUM, DATA, DATA with ' +
      'READONLY_WITH_CHECKSUM, TOKEN. The DCE_STYLE token of AES Kerberos has 76 bytes and ' +
      'begins 05 04 06 ff 00 10 00 1c.',
  },
  'empty message': {
    statement: 'DATA may be empty.',
  },
  'short token buffer': {
    statement:
      'Some packages write past a TOKEN that is too small. One below cbSecurityTrailer or ' +
      'cbMaxSignature is a RangeError before the call.',
  },
  'stream records': {
    statement:
      'A stream package opens DATA and three EMPTY as STREAM_HEADER, DATA, STREAM_TRAILER, ' +
      'EXTRA. A part of a record is INCOMPLETE_MESSAGE, with MISSING where it is known, and ' +
      'can be passed again when it is whole.',
    onWindows: 'Schannel of Windows.',
  },

  // Contexts and credentials
  'outputs of each step': {
    statement:
      'Every leg may give the context another handle, and the last one counts. Flags, ' +
      'expiry and token that a package leaves unwritten are none.',
  },
  'token memory': {
    statement:
      'A token is written to memory of the caller, of cbMaxToken bytes, which grows once at ' +
      'BUFFER_TOO_SMALL. No package is asked to allocate; the bits of ' +
      'InitializeSecurityContext and AcceptSecurityContext differ.',
  },
  'CompleteAuthToken before sending': {
    statement:
      'At COMPLETE_NEEDED and COMPLETE_AND_CONTINUE, CompleteAuthToken comes before the ' +
      'token is sent.',
    onWindows: 'A package that asks for it: Digest.',
  },
  'end of the handshake': {
    statement:
      'A context is complete at SEC_E_OK or COMPLETE_NEEDED and not before. A token that ' +
      'comes with the end still has to be sent.',
  },
  'required flags': {
    statement:
      'What is granted can be less than what was asked for. A context without what ' +
      '`requiredFlags` lists is refused and closed.',
  },
  'channel bindings': {
    statement:
      'Channel bindings go with every leg from the first. tls-server-end-point is the hash ' +
      "of the certificate's own signature, SHA-256 in place of MD5 and SHA-1.",
    onWindows: 'That Kerberos and NTLM of Windows compare them.',
  },
  'explicit identity': {
    statement:
      'An identity is SEC_WINNT_AUTH_IDENTITY_W in Unicode, and the EX form only with a ' +
      'package list. An identity without a password is refused: the logged-on user is meant ' +
      'where there is no identity at all, and nowhere else.',
    onWindows: 'What Negotiate of Windows makes of a package list.',
  },
  'lifetime of credentials': {
    statement:
      'A context keeps its credentials alive, and they are freed after the last one. A ' +
      'package may refuse the use "both".',
  },
  'messages after mechListMIC': {
    statement:
      'After a mechListMIC, NTLM starts its sequence numbers and keys again, inside the ' +
      'package: the first message opens.',
    onWindows: 'Negotiate and NTLM of Windows.',
  },
  'scope of impersonation': {
    statement:
      "Impersonation is the calling thread's: it surrounds a synchronous callback and ends " +
      'with it, also when it throws. A callback that returns a promise is refused.',
    onWindows: "Whom the thread acts as, with Windows's own packages.",
  },
  'successes with a meaning': {
    statement:
      'SEC_I_CONTINUE_NEEDED (0x90312), COMPLETE_NEEDED (0x90313), COMPLETE_AND_CONTINUE ' +
      '(0x90314), CONTEXT_EXPIRED (0x90317), INCOMPLETE_CREDENTIALS (0x90320) and ' +
      'RENEGOTIATE (0x90321) are successes that say something.',
  },
  'unnamed statuses': {
    statement:
      'A status without a name passes through with its number. Codes of Win32, CRYPT_E, ' +
      'CERT_E and NTSTATUS can come too.',
  },

  // Attributes
  'memory of attributes': {
    statement: 'What an attribute points to is given back with FreeContextBuffer, every pointer.',
    onWindows: 'Where the packages of Windows allocate it.',
  },
} as const satisfies Rows;
