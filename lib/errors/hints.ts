import {
  askAdministrator,
  bindAlike,
  changePassword,
  checkBuffers,
  findDomainController,
  fitUsage,
  freeMemory,
  needConfidentiality,
  needIntegrity,
  reachAuthority,
  reachRevocationList,
  renewCertificate,
  renewKdcCertificate,
  repairMachineAccount,
  replaceCertificate,
  syncClocks,
  trustRoot,
} from './advice.js';
import type { StatusName } from './status-table.js';

/** What a function does, where that decides what its status means. */
export type Kind = 'step' | 'encrypt' | 'sign' | 'attribute';

/** What to check or do, in one or two sentences: for every function, or by what the function does. */
export type Hint = string | ({ readonly [Key in Kind]?: string } & { readonly otherwise: string });

export const hints = (): { readonly [Name in StatusName]?: Hint } => ({
  SEC_E_INSUFFICIENT_MEMORY: {
    step:
      `${freeMemory} Kerberos has this status for a token of Negotiate as well: use the same ` +
      'package on both sides.',
    otherwise: freeMemory,
  },
  SEC_E_INVALID_HANDLE:
    'Finish the handshake before the first message, and use neither a context nor credentials ' +
    'after close().',
  SEC_E_UNSUPPORTED_FUNCTION: {
    step:
      'A policy forbids NTLM ("Network security: Restrict NTLM"), or Kerberos was not possible: ' +
      'name the target by its SPN, and check that `nltest /dsgetdc:DOMAIN` finds a domain controller.',
    encrypt: needConfidentiality,
    sign: needIntegrity,
    attribute:
      'The package of the context or credentials does not have this attribute. Negotiate has those ' +
      'of the package that it chose.',
    otherwise: 'Check that the package offers the function.',
  },
  SEC_E_TARGET_UNKNOWN:
    'Check the target name, such as HTTP/host.example.com: `setspn -Q SPN` must find exactly one ' +
    'account. Register a missing SPN with `setspn -S SPN ACCOUNT`.',
  SEC_E_INTERNAL_ERROR:
    'Look for the cause in the System event log (sources LsaSrv and Security-Kerberos), and ' +
    "check that the token is the peer's, whole and unchanged.",
  SEC_E_SECPKG_NOT_FOUND:
    'enumerateSecurityPackages() lists the names on this machine, such as Negotiate, Kerberos ' +
    'and NTLM.',
  SEC_E_NOT_OWNER: 'Leave out the principal, or run as the account that it names.',
  SEC_E_INVALID_TOKEN: {
    encrypt: checkBuffers,
    sign: checkBuffers,
    otherwise:
      'Check that the bytes of the peer arrive whole, in order and decoded (from base64, for ' +
      'example), and that both sides use the same package: NTLM does not read the tokens of ' +
      'Negotiate.',
  },
  SEC_E_QOP_NOT_SUPPORTED: {
    encrypt: needConfidentiality,
    sign: needIntegrity,
    otherwise:
      'Use qop 0 to encrypt, on a context with confidentiality, or SECQOP_WRAP_NO_ENCRYPT to sign ' +
      'only.',
  },
  SEC_E_NO_IMPERSONATION:
    'Finish the handshake first, and check that the client did not limit the context to ' +
    'identification.',
  SEC_E_LOGON_DENIED:
    'Check user, domain and password, and whether the account is disabled, locked, expired or ' +
    'kept from network logons. Event 4625 in the Security log of the machine that refused the ' +
    'logon has the reason.',
  SEC_E_UNKNOWN_CREDENTIALS:
    'Check that the credentials are for this package and this side (outbound for a client, ' +
    'inbound for a server), and that a certificate comes with its private key.',
  SEC_E_NO_CREDENTIALS:
    'Log on as a domain user, or pass an identity with user, domain and password. `klist` shows ' +
    'the Kerberos tickets of the logged-on user.',
  SEC_E_MESSAGE_ALTERED:
    'Check that the bytes arrive whole and unchanged, and that both sides use the two ends of ' +
    'the same context. If they do, drop the message: it may be forged.',
  SEC_E_OUT_OF_SEQUENCE: {
    step: 'Start again with a new context: a step before this one failed, or had this token already.',
    otherwise:
      'Open each message once, in the order in which the peer sealed them: one was lost, repeated ' +
      'or overtaken.',
  },
  SEC_E_NO_AUTHENTICATING_AUTHORITY: findDomainController,
  SEC_E_CONTEXT_EXPIRED:
    'Establish a new context. The property expiry holds the time at which a context ends.',
  SEC_E_INCOMPLETE_MESSAGE:
    'Read more bytes from the peer, append them to those at hand, and try again: the context ' +
    'stays usable.',
  SEC_E_INCOMPLETE_CREDENTIALS:
    'Supply user, domain and password, or the certificate that the peer asks for.',
  SEC_E_BUFFER_TOO_SMALL:
    "Take the room for each buffer from the context's attributes: 'sizes' for token, signature " +
    "and padding, 'streamSizes' for header and trailer.",
  SEC_E_WRONG_PRINCIPAL:
    'The ticket was encrypted for another account: check with `setspn -Q SPN` that exactly the ' +
    "service's account owns the SPN, and that DNS leads to that service. With TLS, the " +
    'certificate does not carry the target name.',
  SEC_E_TIME_SKEW: syncClocks,
  SEC_E_UNTRUSTED_ROOT: trustRoot,
  SEC_E_ILLEGAL_MESSAGE:
    'Check that the peer speaks TLS on this port, and that both sides enable a common version.',
  SEC_E_CERT_UNKNOWN: 'Look for the cause in the System event log (source Schannel).',
  SEC_E_CERT_EXPIRED: renewCertificate,
  SEC_E_ENCRYPT_FAILURE:
    'Check that the context was established with confidentiality, and that the message is not ' +
    "longer than the maximum in the attribute 'streamSizes', where there is one.",
  SEC_E_DECRYPT_FAILURE:
    'Check that the bytes arrive whole, unchanged and in order, and that both sides use the two ' +
    'ends of the same context.',
  SEC_E_ALGORITHM_MISMATCH:
    'Enable a common TLS version and cipher suite on both sides: `Get-TlsCipherSuite` lists ' +
    'those of Windows.',
  SEC_E_SECURITY_QOS_FAILED:
    'Mutual authentication and delegation need Kerberos: use the SPN of the service as the ' +
    'target name, and check that delegation is allowed.',
  SEC_E_WRONG_CREDENTIAL_HANDLE: 'Use the same credentials for every step of a context.',
  SEC_E_CRYPTO_SYSTEM_INVALID:
    'Check whether a policy disables the algorithm of the context: FIPS mode, or "Configure ' +
    'encryption types allowed for Kerberos".',
  SEC_E_MAX_REFERRALS_EXCEEDED:
    'Check the trusts between the domains: their controllers send the request in circles.',
  SEC_E_SMARTCARD_LOGON_REQUIRED:
    'Use a certificate in place of the password, or let the administrator clear "Smart card is ' +
    'required for interactive logon" on the account.',
  SEC_E_KDC_INVALID_REQUEST:
    'Look for the request in the System event log of the domain controller (source ' +
    'Kerberos-Key-Distribution-Center).',
  SEC_E_KDC_UNABLE_TO_REFER:
    'Check that the SPN names the right domain, and that a trust leads to it.',
  SEC_E_KDC_UNKNOWN_ETYPE:
    'Client, service account and KDC need an encryption type in common: allow AES in ' +
    'msDS-SupportedEncryptionTypes of the account. An old account gets its AES keys when its ' +
    'password is changed.',
  SEC_E_UNSUPPORTED_PREAUTH:
    'For a logon with a smart card or a certificate, the domain controller needs a certificate for ' +
    'Kerberos.',
  SEC_E_DELEGATION_REQUIRED:
    'Trust the computer or the service account for delegation in Active Directory. The user may ' +
    'be neither marked "Account is sensitive and cannot be delegated" nor in Protected Users.',
  SEC_E_BAD_BINDINGS: bindAlike,
  SEC_E_NO_KERB_KEY:
    'Run under a domain account, and change its password if it is older than the encryption ' +
    'types that the domain allows.',
  SEC_E_CERT_WRONG_USAGE: fitUsage,
  SEC_E_DOWNGRADE_DETECTED: reachAuthority,
  SEC_E_SMARTCARD_CERT_REVOKED: replaceCertificate,
  SEC_E_ISSUING_CA_UNTRUSTED: trustRoot,
  SEC_E_REVOCATION_OFFLINE_C: reachRevocationList,
  SEC_E_SMARTCARD_CERT_EXPIRED: renewCertificate,
  SEC_E_CROSSREALM_DELEGATION_FAILURE:
    "Delegate only to services of the server's own domain, or use resource-based constrained " +
    'delegation, set on the account of the target.',
  SEC_E_REVOCATION_OFFLINE_KDC: reachRevocationList,
  SEC_E_ISSUING_CA_UNTRUSTED_KDC:
    'Install the root certificate of the authority that issued it on this machine.',
  SEC_E_KDC_CERT_EXPIRED: renewKdcCertificate,
  SEC_E_KDC_CERT_REVOKED: renewKdcCertificate,
  SEC_E_INVALID_PARAMETER: 'Check the flags, the target name and the buffers of the call.',
  SEC_E_DELEGATION_POLICY:
    'Allow the server in the group policy under System, Credentials Delegation.',
  SEC_E_POLICY_NLTM_ONLY:
    'Make Kerberos work with the server, or allow it in the group policy "Allow delegating fresh ' +
    'credentials with NTLM-only server authentication".',
  SEC_E_MUTUAL_AUTH_FAILED:
    'Use the SPN of the server as the target name, and check that Kerberos was negotiated: NTLM ' +
    'does not prove who the server is.',
  SEC_E_APPLICATION_PROTOCOL_MISMATCH:
    'Offer a protocol that the peer supports, such as h2 or http/1.1 (ALPN).',
  SEC_E_INVALID_UPN_NAME: 'Use the email address of the user.',
  CRYPT_E_REVOKED: replaceCertificate,
  CRYPT_E_NO_REVOCATION_CHECK:
    'The certificate names no revocation address that works: check whether a proxy or a virus ' +
    'scanner has put its own certificate in place of the original.',
  CRYPT_E_REVOCATION_OFFLINE: reachRevocationList,
  CERT_E_EXPIRED: renewCertificate,
  CERT_E_UNTRUSTEDROOT: trustRoot,
  CERT_E_CHAINING: trustRoot,
  CERT_E_REVOKED: replaceCertificate,
  ERROR_NONE_MAPPED: 'Check the spelling; write a name as DOMAIN\\name.',
  ERROR_NO_SUCH_DOMAIN: findDomainController,
  ERROR_TRUSTED_RELATIONSHIP_FAILURE: repairMachineAccount,
  CERT_E_CN_NO_MATCH:
    'Connect by a name that is in the certificate, or issue one with that name as a subject ' +
    'alternative name.',
  CERT_E_WRONG_USAGE: fitUsage,
  STATUS_UNSUCCESSFUL:
    'Check user and password first: some providers give a wrong password no other status.',
  STATUS_NO_LOGON_SERVERS: findDomainController,
  STATUS_NO_SUCH_USER: 'Check the spelling of user and domain.',
  STATUS_LOGON_FAILURE: 'Check user, domain and password.',
  STATUS_ACCOUNT_RESTRICTION:
    'Look for an empty password, a logon policy or membership of Protected Users, which forbids ' +
    'NTLM.',
  STATUS_INVALID_LOGON_HOURS: askAdministrator,
  STATUS_INVALID_WORKSTATION: askAdministrator,
  STATUS_PASSWORD_EXPIRED: changePassword,
  STATUS_ACCOUNT_DISABLED: askAdministrator,
  STATUS_TIME_DIFFERENCE_AT_DC: syncClocks,
  STATUS_LOGON_TYPE_NOT_GRANTED:
    'Grant the right "Access this computer from the network" on the server.',
  STATUS_NO_TRUST_SAM_ACCOUNT: repairMachineAccount,
  STATUS_TRUSTED_DOMAIN_FAILURE:
    'Let the administrator verify the trust between the domain of this machine and that of the ' +
    'account: `netdom trust DOMAIN /domain:OTHER /verify`.',
  STATUS_TRUSTED_RELATIONSHIP_FAILURE: repairMachineAccount,
  STATUS_ACCOUNT_EXPIRED: askAdministrator,
  STATUS_PASSWORD_MUST_CHANGE: changePassword,
  STATUS_ACCOUNT_LOCKED_OUT:
    'Wait for the end of the lockout or let the administrator unlock the account, and look for a ' +
    'service that still tries an old password.',
  STATUS_PKINIT_FAILURE:
    'Look for the cause in the System event log (source Security-Kerberos), and install the root ' +
    "certificate of the domain controller's authority on this machine.",
  STATUS_SMARTCARD_SUBSYSTEM_FAILURE:
    'Check that the card is in its reader and that the service Smart Card runs: `certutil -scinfo` ' +
    'tries both.',
  STATUS_BAD_BINDINGS: bindAlike,
  STATUS_DOWNGRADE_DETECTED: reachAuthority,
  STATUS_AUTHENTICATION_FIREWALL_FAILED:
    'The trust uses selective authentication: grant the account "Allowed to authenticate" on the ' +
    'server.',
  STATUS_NTLM_BLOCKED:
    'Make Kerberos work by naming the target by its SPN, or add an exception to the policies ' +
    '"Network security: Restrict NTLM".',
});
