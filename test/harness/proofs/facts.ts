import type { Rows } from './subjects.js';

// What winsspi relies on. 1: the page EncryptMessage (Negotiate). 2: buffers. 3: contexts and
// credentials. 4: attributes.

export const facts = {
  'fact 1.1': {
    statement:
      'SECQOP_WRAP_NO_ENCRYPT (0x80000001) makes the token and leaves DATA readable, and ' +
      'the one who opens the message is told. NTLM encrypts all the same.',
  },
  'fact 1.2': {
    statement:
      'A message is one or more SecBuffers. encryptMessage encrypts DATA in the memory of ' +
      'the caller, without a copy.',
  },
  'fact 1.3': {
    statement:
      'SECBUFFER_READONLY (0x80000000) and SECBUFFER_READONLY_WITH_CHECKSUM (0x10000000) ' +
      "are bits of a buffer's type that keep it from being encrypted. Kerberos leaves the " +
      'former out of the checksum; NTLM covers both.',
    onWindows: "The checksums of Windows's own packages.",
  },
  'fact 1.4': {
    statement:
      'Where a package has STREAM_SIZES, a message over cbMaximumMessage is a RangeError ' +
      'that names the limit, before the call. Packages without the attribute, such as NTLM ' +
      'and Kerberos, have no limit.',
  },
  'fact 1.5': {
    statement:
      'wrap and wrapDetached pass a PADDING buffer of cbBlockSize bytes always. An array of ' +
      'SecBuffers goes to the package as it is, with or without one.',
  },
  'fact 1.6': {
    statement:
      'The sequence number is the one of the transport, and 0 where none is given. Kerberos ' +
      'and NTLM count for themselves and ignore it.',
    onWindows: 'A package that uses the number.',
  },
  'fact 1.7': {
    statement:
      'STREAM_HEADER, DATA, STREAM_TRAILER, EMPTY is the layout of Schannel. Negotiate, ' +
      'Kerberos and NTLM seal TOKEN, DATA, PADDING, and open STREAM, DATA or TOKEN, DATA; ' +
      'each of these can be passed.',
  },
  'fact 1.8': {
    statement:
      'Packages are fastest in one run of memory: wrap and wrapDetached lay out token, ' +
      'message and padding in one.',
    onWindows: 'How much faster it is.',
  },
  'fact 1.9': {
    statement:
      "Each of the page's seven statuses is an error of a class of its own, with code, " +
      'status and syscall. INVALID_TOKEN also means that the TOKEN buffer is missing.',
  },
  'fact 1.10': {
    statement:
      'Sealing and opening may overlap on one context. Two calls in the same direction ' +
      'never do: the second waits, or is refused where it cannot wait.',
  },
  'fact 1.11': {
    statement: 'Windows XP knew EncryptMessage as SealMessage too.',
    onWindows: 'Nothing: no Node that winsspi takes runs on Windows XP.',
  },

  'fact 2.1': {
    statement:
      'The types of buffers have the numbers 0 to 28, under a mask of attribute bits ' +
      '(0xF0000000). Each reaches the package and comes back as it is.',
  },
  'fact 2.2': {
    statement:
      'A package may use less of TOKEN and PADDING than it was given: AES Kerberos asks for ' +
      '76 bytes, and leaves 60 and 0. The lengths that it returned count.',
    onWindows: 'The lengths of Kerberos of Windows.',
  },
  'fact 2.3': {
    statement:
      'cbSecurityTrailer can be too low: wrap and wrapDetached give a token 64 bytes at ' +
      'least, and 128 with DCE_STYLE.',
  },
  'fact 2.4': {
    statement: 'On the wire a sealed message is TOKEN, DATA, PADDING: so GSS-API reads it.',
    onWindows: 'The order of Kerberos of Windows.',
  },
  'fact 2.5': {
    statement:
      'Opening a STREAM, the package points DATA into it. A range that does not lie in the ' +
      'memory that was passed is refused, and never freed.',
    onWindows: 'Where in the stream Kerberos of Windows leaves the message.',
  },
  'fact 2.6': {
    statement: 'The token of NTLM has 16 bytes: TOKEN and DATA open, and unwrap divides them so.',
    onWindows: 'That NTLM of Windows opens this layout.',
  },
  'fact 2.7': {
    statement:
      'Some protocols send token and message apart, and no padding. Where a package does ' +
      'pad, as RC4 Kerberos does, the padding is returned, and has to be passed to open the ' +
      'message.',
    onWindows: 'RC4 Kerberos, which pads.',
  },
  'fact 2.8': {
    statement:
      'DCE signs headers: DATA with READONLY_WITH_CHECKSUM, DATA, DATA with ' +
      'READONLY_WITH_CHECKSUM, TOKEN. The DCE_STYLE token of AES Kerberos has 76 bytes and ' +
      'begins 05 04 06 ff 00 10 00 1c.',
  },
  'fact 2.9': {
    statement: 'DATA may be empty.',
  },
  'fact 2.10': {
    statement:
      'Some packages write past a TOKEN that is too small. One below cbSecurityTrailer or ' +
      'cbMaxSignature, or below 76 bytes with DCE_STYLE, is a RangeError before the call.',
  },
  'fact 2.11': {
    statement:
      'A stream package opens DATA and three EMPTY as STREAM_HEADER, DATA, STREAM_TRAILER, ' +
      'EXTRA. A part of a record is INCOMPLETE_MESSAGE, with MISSING where it is known, and ' +
      'can be passed again when it is whole.',
    onWindows: 'Schannel of Windows.',
  },

  'fact 3.1': {
    statement:
      'Every leg may give the context another handle, and the last one counts. Flags, ' +
      'expiry and token that a package leaves unwritten are none.',
  },
  'fact 3.2': {
    statement:
      'A token is written to memory of the caller, of cbMaxToken bytes, which grows once at ' +
      'BUFFER_TOO_SMALL. No package is asked to allocate; the bits of ' +
      'InitializeSecurityContext and AcceptSecurityContext differ.',
  },
  'fact 3.3': {
    statement:
      'At COMPLETE_NEEDED and COMPLETE_AND_CONTINUE, CompleteAuthToken comes before the ' +
      'token is sent.',
    onWindows: 'A package that asks for it: Digest.',
  },
  'fact 3.4': {
    statement:
      'A context is complete at SEC_E_OK or COMPLETE_NEEDED and not before. A token that ' +
      'comes with the end still has to be sent.',
  },
  'fact 3.5': {
    statement:
      'What is granted can be less than what was asked for. A context without what ' +
      '`require` lists is refused and closed.',
  },
  'fact 3.6': {
    statement:
      'Channel bindings go with every leg from the first. tls-server-end-point is the hash ' +
      "of the certificate's own signature, SHA-256 in place of MD5 and SHA-1.",
    onWindows: 'That Kerberos and NTLM of Windows compare them.',
  },
  'fact 3.7': {
    statement:
      'An identity is SEC_WINNT_AUTH_IDENTITY_W in Unicode, and the EX form only with a ' +
      'package list. An identity without a password is refused: the logged-on user is meant ' +
      'where there is no identity at all, and nowhere else.',
    onWindows: 'What Negotiate of Windows makes of a package list.',
  },
  'fact 3.8': {
    statement:
      'A context keeps its credentials alive, and they are freed after the last one. A ' +
      'package may refuse the use "both".',
  },
  'fact 3.9': {
    statement:
      'After a mechListMIC, NTLM starts its sequence numbers and keys again, inside the ' +
      'package: the first message opens.',
    onWindows: 'Negotiate and NTLM of Windows.',
  },
  'fact 3.10': {
    statement:
      "Impersonation is the calling thread's: it surrounds a synchronous callback and ends " +
      'with it, also when it throws. A callback that returns a promise is refused.',
    onWindows: "Whom the thread acts as, with Windows's own packages.",
  },
  'fact 3.11': {
    statement:
      'SEC_I_CONTINUE_NEEDED (0x90312), COMPLETE_NEEDED (0x90313), COMPLETE_AND_CONTINUE ' +
      '(0x90314), CONTEXT_EXPIRED (0x90317), INCOMPLETE_CREDENTIALS (0x90320) and ' +
      'RENEGOTIATE (0x90321) are successes that say something.',
  },
  'fact 3.12': {
    statement:
      'A status without a name passes through with its number. Codes of Win32, CRYPT_E, ' +
      'CERT_E and NTSTATUS can come too.',
  },

  'fact 4.1': {
    statement: 'What an attribute points to is given back with FreeContextBuffer, every pointer.',
    onWindows: 'Where the packages of Windows allocate it.',
  },
} as const satisfies Rows;
