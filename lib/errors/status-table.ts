/** A status that Windows's functions return: a SECURITY_STATUS, an HRESULT or an NTSTATUS. */
export interface StatusEntry {
  /** The SDK's name, such as `SEC_E_MESSAGE_ALTERED`. */
  readonly name: StatusName;
  /** Unsigned, 32 bits. */
  readonly status: number;
  /** A clause: lower case, no full stop. */
  readonly meaning: string;
}

/** The names of all known statuses. */
export type StatusName = ReturnType<typeof sspi | typeof others>[number][1];

type Row = readonly [status: number, name: string, meaning: string];

// Functions: the tables are a good part of the code, and an import needs none of them.

// https://learn.microsoft.com/windows/win32/secauthn/sspi-status-codes
// https://learn.microsoft.com/windows/win32/com/com-error-codes-4
const sspi = () =>
  [
    [0x00000000, 'SEC_E_OK', 'the call succeeded'],
    [0x00090312, 'SEC_I_CONTINUE_NEEDED', 'the handshake needs another token from the peer'],
    [
      0x00090313,
      'SEC_I_COMPLETE_NEEDED',
      'the token must pass CompleteAuthToken before it is sent',
    ],
    [0x00090314, 'SEC_I_COMPLETE_AND_CONTINUE', 'first CompleteAuthToken, then another step'],
    [0x00090315, 'SEC_I_LOCAL_LOGON', 'the logon was decided locally, without a domain controller'],
    [0x00090316, 'SEC_I_GENERIC_EXTENSION_RECEIVED', 'a subscribed TLS extension has arrived'],
    [0x00090317, 'SEC_I_CONTEXT_EXPIRED', 'the peer has ended the session'],
    [0x00090320, 'SEC_I_INCOMPLETE_CREDENTIALS', 'the peer asks for credentials not supplied yet'],
    [0x00090321, 'SEC_I_RENEGOTIATE', 'the peer asks for further handshake steps'],
    [0x00090323, 'SEC_I_NO_LSA_CONTEXT', 'the LSA holds no counterpart of this context'],
    [0x0009035c, 'SEC_I_SIGNATURE_NEEDED', 'the user can authenticate once a signature is made'],
    [0x00090360, 'SEC_I_NO_RENEGOTIATION', 'the peer refused to renegotiate'],
    [0x00090364, 'SEC_I_MESSAGE_FRAGMENT', 'the buffer holds one fragment and more follow'],
    [0x00090366, 'SEC_I_CONTINUE_NEEDED_MESSAGE_OK', 'another step is needed, messages may start'],
    [
      0x00090368,
      'SEC_I_ASYNC_CALL_PENDING',
      'the asynchronous call has started and is not complete',
    ],
    // Win32's, as the functions of accounts and access tokens have them.
    [0x80070005, 'ERROR_ACCESS_DENIED', 'this process may not do that'],
    [0x80070008, 'ERROR_NOT_ENOUGH_MEMORY', 'there is no memory left for this'],
    [0x8007007e, 'ERROR_MOD_NOT_FOUND', 'a library of Windows, or one that it needs, is missing'],
    [0x80070534, 'ERROR_NONE_MAPPED', 'no account has this name or security identifier'],
    [0x80070539, 'ERROR_INVALID_SID', 'the security identifier is not valid'],
    [0x8007054b, 'ERROR_NO_SUCH_DOMAIN', 'the domain does not exist or could not be reached'],
    [0x800706fd, 'ERROR_TRUSTED_RELATIONSHIP_FAILURE', 'this machine lost its trust to the domain'],
    [0x80090300, 'SEC_E_INSUFFICIENT_MEMORY', 'the security package could not allocate memory'],
    [0x80090301, 'SEC_E_INVALID_HANDLE', 'the handle of the context or credentials is not valid'],
    // Also SEC_E_NOT_SUPPORTED.
    [0x80090302, 'SEC_E_UNSUPPORTED_FUNCTION', 'the security package does not offer this function'],
    [0x80090303, 'SEC_E_TARGET_UNKNOWN', 'no account was found for the target name'],
    // Also SEC_E_NO_SPM.
    [0x80090304, 'SEC_E_INTERNAL_ERROR', 'the security package or the LSA failed'],
    [0x80090305, 'SEC_E_SECPKG_NOT_FOUND', 'no security package has this name'],
    [0x80090306, 'SEC_E_NOT_OWNER', 'the credentials belong to another account'],
    [0x80090307, 'SEC_E_CANNOT_INSTALL', 'the security package could not start'],
    [0x80090308, 'SEC_E_INVALID_TOKEN', 'the token is missing, malformed or of another protocol'],
    [0x80090309, 'SEC_E_CANNOT_PACK', 'the security package could not encode the logon data'],
    [0x8009030a, 'SEC_E_QOP_NOT_SUPPORTED', 'the package lacks this quality of protection'],
    [0x8009030b, 'SEC_E_NO_IMPERSONATION', 'the context does not let the client be impersonated'],
    [0x8009030c, 'SEC_E_LOGON_DENIED', 'the user name, the password or the account was rejected'],
    [0x8009030d, 'SEC_E_UNKNOWN_CREDENTIALS', 'the package does not know the credentials'],
    [0x8009030e, 'SEC_E_NO_CREDENTIALS', 'there are no credentials to authenticate with'],
    [0x8009030f, 'SEC_E_MESSAGE_ALTERED', 'the message or its signature was changed in transit'],
    [0x80090310, 'SEC_E_OUT_OF_SEQUENCE', 'the message is not the next one in the sequence'],
    [0x80090311, 'SEC_E_NO_AUTHENTICATING_AUTHORITY', 'no domain controller answered'],
    [0x80090316, 'SEC_E_BAD_PKGID', 'no security package has this identifier'],
    [0x80090317, 'SEC_E_CONTEXT_EXPIRED', 'the lifetime of the context is over'],
    [0x80090318, 'SEC_E_INCOMPLETE_MESSAGE', 'a part of the message is still missing'],
    [0x80090320, 'SEC_E_INCOMPLETE_CREDENTIALS', 'a part of the credentials is missing'],
    [0x80090321, 'SEC_E_BUFFER_TOO_SMALL', 'a buffer has too little room for the result'],
    [0x80090322, 'SEC_E_WRONG_PRINCIPAL', 'the peer is not the target that was named'],
    [0x80090324, 'SEC_E_TIME_SKEW', 'the clocks of the machines differ too much'],
    [0x80090325, 'SEC_E_UNTRUSTED_ROOT', 'the certificate comes from an untrusted authority'],
    [0x80090326, 'SEC_E_ILLEGAL_MESSAGE', 'the protocol does not allow this message here'],
    [0x80090327, 'SEC_E_CERT_UNKNOWN', 'the certificate could not be processed'],
    [0x80090328, 'SEC_E_CERT_EXPIRED', 'the certificate is outside its period of validity'],
    [0x80090329, 'SEC_E_ENCRYPT_FAILURE', 'encryption failed'],
    [0x80090330, 'SEC_E_DECRYPT_FAILURE', 'decryption failed'],
    [0x80090331, 'SEC_E_ALGORITHM_MISMATCH', 'client and server have no algorithm in common'],
    [0x80090332, 'SEC_E_SECURITY_QOS_FAILED', 'the context lacks a property that was required'],
    [
      0x80090333,
      'SEC_E_UNFINISHED_CONTEXT_DELETED',
      'the context was deleted during the handshake',
    ],
    [0x80090334, 'SEC_E_NO_TGT_REPLY', 'the server requires user-to-user and sent no ticket'],
    [0x80090335, 'SEC_E_NO_IP_ADDRESSES', 'this machine has no IP address'],
    [0x80090336, 'SEC_E_WRONG_CREDENTIAL_HANDLE', 'the context was begun with other credentials'],
    [0x80090337, 'SEC_E_CRYPTO_SYSTEM_INVALID', 'a required cryptographic function is unavailable'],
    [0x80090338, 'SEC_E_MAX_REFERRALS_EXCEEDED', 'too many referrals from domain to domain'],
    [0x80090339, 'SEC_E_MUST_BE_KDC', 'only a domain controller can do this'],
    [
      0x8009033a,
      'SEC_E_STRONG_CRYPTO_NOT_SUPPORTED',
      'the peer requires cryptography missing here',
    ],
    [0x8009033b, 'SEC_E_TOO_MANY_PRINCIPALS', 'the KDC answered with several principals'],
    [0x8009033c, 'SEC_E_NO_PA_DATA', 'the KDC did not say which encryption type to use'],
    [0x8009033d, 'SEC_E_PKINIT_NAME_MISMATCH', 'the certificate names no user, or another one'],
    [0x8009033e, 'SEC_E_SMARTCARD_LOGON_REQUIRED', 'the account may log on by smart card only'],
    [0x8009033f, 'SEC_E_SHUTDOWN_IN_PROGRESS', 'the system is shutting down'],
    [0x80090340, 'SEC_E_KDC_INVALID_REQUEST', 'the KDC rejected the request as invalid'],
    [0x80090341, 'SEC_E_KDC_UNABLE_TO_REFER', 'the KDC cannot refer to the domain of the service'],
    [0x80090342, 'SEC_E_KDC_UNKNOWN_ETYPE', 'the KDC does not support the encryption type'],
    [0x80090343, 'SEC_E_UNSUPPORTED_PREAUTH', 'the kind of pre-authentication is not supported'],
    [0x80090345, 'SEC_E_DELEGATION_REQUIRED', 'the call needs delegation, which is not allowed'],
    [0x80090346, 'SEC_E_BAD_BINDINGS', 'the channel bindings of client and server differ'],
    [0x80090347, 'SEC_E_MULTIPLE_ACCOUNTS', 'the certificate belongs to several accounts'],
    [0x80090348, 'SEC_E_NO_KERB_KEY', 'the account has no Kerberos key'],
    [0x80090349, 'SEC_E_CERT_WRONG_USAGE', 'the certificate is not meant for this use'],
    [0x80090350, 'SEC_E_DOWNGRADE_DETECTED', 'the fall-back to a weaker protocol was refused'],
    [0x80090351, 'SEC_E_SMARTCARD_CERT_REVOKED', 'the smart card certificate is revoked'],
    [
      0x80090352,
      'SEC_E_ISSUING_CA_UNTRUSTED',
      'the smart card certificate has an untrusted issuer',
    ],
    [
      0x80090353,
      'SEC_E_REVOCATION_OFFLINE_C',
      'revocation of the smart card certificate is unknown',
    ],
    [0x80090354, 'SEC_E_PKINIT_CLIENT_FAILURE', 'the smart card certificate is not trusted'],
    [0x80090355, 'SEC_E_SMARTCARD_CERT_EXPIRED', 'the smart card certificate is out of date'],
    [0x80090356, 'SEC_E_NO_S4U_PROT_SUPPORT', 'the KDC does not offer service for user'],
    [0x80090357, 'SEC_E_CROSSREALM_DELEGATION_FAILURE', 'the target lies in another domain'],
    [0x80090358, 'SEC_E_REVOCATION_OFFLINE_KDC', 'revocation of the KDC certificate is unknown'],
    [0x80090359, 'SEC_E_ISSUING_CA_UNTRUSTED_KDC', 'the KDC certificate has an untrusted issuer'],
    [0x8009035a, 'SEC_E_KDC_CERT_EXPIRED', 'the KDC certificate is out of date'],
    [0x8009035b, 'SEC_E_KDC_CERT_REVOKED', 'the KDC certificate is revoked'],
    [0x8009035d, 'SEC_E_INVALID_PARAMETER', 'an argument of the call is not valid'],
    [
      0x8009035e,
      'SEC_E_DELEGATION_POLICY',
      'a policy forbids delegating credentials to the server',
    ],
    // The spelling NLTM is the SDK's.
    [0x8009035f, 'SEC_E_POLICY_NLTM_ONLY', 'a policy forbids delegating credentials over NTLM'],
    [0x80090361, 'SEC_E_NO_CONTEXT', 'there is no such security context'],
    [0x80090362, 'SEC_E_PKU2U_CERT_FAILURE', 'the certificates did not work with PKU2U'],
    [0x80090363, 'SEC_E_MUTUAL_AUTH_FAILED', 'the server did not prove its identity'],
    [0x80090365, 'SEC_E_ONLY_HTTPS_ALLOWED', 'the scheme must be https'],
    [0x80090367, 'SEC_E_APPLICATION_PROTOCOL_MISMATCH', 'no application protocol in common'],
    [0x80090369, 'SEC_E_INVALID_UPN_NAME', 'this form of user name cannot be used'],
    [0x8009036a, 'SEC_E_EXT_BUFFER_TOO_SMALL', 'the buffer for TLS extensions has too little room'],
    [0x8009036b, 'SEC_E_INSUFFICIENT_BUFFERS', 'the call needs more buffers to make a token'],
    // An error by its severity bit, in spite of its name.
    [0x8009036c, 'SEC_I_INVALID_SESSION_STATE', 'the earlier TLS session cannot be taken up again'],
  ] as const satisfies readonly Row[];

// Not SEC_*, yet seen by users of SSPI: Schannel passes on the verdict on a certificate, and a
// logon's NTSTATUS arrives from CredSSP peers, SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS and Wine.
// https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/
const others = () =>
  [
    [0x80092010, 'CRYPT_E_REVOKED', 'the certificate is revoked'],
    [
      0x80092012,
      'CRYPT_E_NO_REVOCATION_CHECK',
      'the certificate offers no way to check revocation',
    ],
    [0x80092013, 'CRYPT_E_REVOCATION_OFFLINE', 'the revocation list could not be reached'],
    [0x80092014, 'CRYPT_E_NOT_IN_REVOCATION_DATABASE', 'the certificate is unknown to its issuer'],
    [0x80096004, 'TRUST_E_CERT_SIGNATURE', 'the signature of the certificate is wrong'],
    [0x80096019, 'TRUST_E_BASIC_CONSTRAINTS', 'an issuer in the chain may not issue certificates'],
    [0x800b0101, 'CERT_E_EXPIRED', 'the certificate is outside its period of validity'],
    [0x800b0109, 'CERT_E_UNTRUSTEDROOT', 'the root of the certificate chain is not trusted'],
    [0x800b010a, 'CERT_E_CHAINING', 'the certificate chain does not reach a root'],
    [0x800b010c, 'CERT_E_REVOKED', 'the issuer has revoked the certificate'],
    [0x800b010f, 'CERT_E_CN_NO_MATCH', 'the certificate does not carry the host name'],
    [0x800b0110, 'CERT_E_WRONG_USAGE', 'the certificate is not meant for this use'],
    [0xc0000001, 'STATUS_UNSUCCESSFUL', 'the call failed and gave no reason'],
    [0xc000005e, 'STATUS_NO_LOGON_SERVERS', 'no domain controller could check the logon'],
    [0xc0000064, 'STATUS_NO_SUCH_USER', 'there is no such user'],
    [0xc000006a, 'STATUS_WRONG_PASSWORD', 'the password is wrong'],
    [0xc000006d, 'STATUS_LOGON_FAILURE', 'the user name or the password is wrong'],
    [0xc000006e, 'STATUS_ACCOUNT_RESTRICTION', 'a restriction of the account forbids the logon'],
    [0xc000006f, 'STATUS_INVALID_LOGON_HOURS', 'the account may not log on at this hour'],
    [0xc0000070, 'STATUS_INVALID_WORKSTATION', 'the account may not log on from this machine'],
    [0xc0000071, 'STATUS_PASSWORD_EXPIRED', 'the password is too old'],
    [0xc0000072, 'STATUS_ACCOUNT_DISABLED', 'the account is disabled'],
    [0xc0000133, 'STATUS_TIME_DIFFERENCE_AT_DC', 'the clock differs from that of the KDC'],
    [0xc000015b, 'STATUS_LOGON_TYPE_NOT_GRANTED', 'the account lacks the right to this logon'],
    [0xc000018b, 'STATUS_NO_TRUST_SAM_ACCOUNT', 'the domain has no account for this machine'],
    [0xc000018c, 'STATUS_TRUSTED_DOMAIN_FAILURE', 'the trust between the two domains failed'],
    [
      0xc000018d,
      'STATUS_TRUSTED_RELATIONSHIP_FAILURE',
      'this machine lost its trust to the domain',
    ],
    [0xc0000193, 'STATUS_ACCOUNT_EXPIRED', 'the account has passed its end date'],
    [0xc0000224, 'STATUS_PASSWORD_MUST_CHANGE', 'the password must be changed at the first logon'],
    [
      0xc0000234,
      'STATUS_ACCOUNT_LOCKED_OUT',
      'the account is locked after too many wrong passwords',
    ],
    [0xc0000320, 'STATUS_PKINIT_FAILURE', 'the certificate of the KDC was not accepted'],
    [0xc0000321, 'STATUS_SMARTCARD_SUBSYSTEM_FAILURE', 'the smart card could not be used'],
    [0xc000035b, 'STATUS_BAD_BINDINGS', 'the channel bindings of client and server differ'],
    [0xc0000388, 'STATUS_DOWNGRADE_DETECTED', 'the fall-back to a weaker protocol was refused'],
    [0xc0000413, 'STATUS_AUTHENTICATION_FIREWALL_FAILED', 'the trust does not admit the account'],
    [0xc0000418, 'STATUS_NTLM_BLOCKED', 'a policy forbids NTLM'],
  ] as const satisfies readonly Row[];

/** Lists every known status, in the order of its unsigned number. */
export function statuses(): StatusEntry[] {
  return [...sspi(), ...others()].map(([status, name, meaning]) => ({ name, status, meaning }));
}
