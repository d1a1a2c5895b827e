// What to check or do, where several statuses have the same.

export const syncClocks =
  'The clocks of client, server and domain controller must agree within 5 minutes, unless the ' +
  'domain sets another limit: run `w32tm /resync` on the one that is off.';
export const findDomainController =
  'Check the network, DNS and the firewall (Kerberos uses port 88): ' +
  '`nltest /dsgetdc:DOMAIN` must find a domain controller.';
export const trustRoot =
  'Install the root certificate of the authority in Trusted Root Certification Authorities, and ' +
  'let the peer send its intermediate certificates.';
export const renewCertificate = 'Renew the certificate, and check the clock of this machine.';
export const replaceCertificate = 'The owner of the certificate must replace it.';
export const reachRevocationList =
  'Check that this machine reaches the revocation address in the certificate: ' +
  '`certutil -verify -urlfetch FILE.cer` tries it.';
export const fitUsage =
  'Use a certificate with the extended key usage Server Authentication on a server, or Client ' +
  'Authentication on a client.';
export const renewKdcCertificate = 'The administrator must renew the certificate of the KDC.';
export const changePassword = 'The user must log on to Windows and change the password first.';
export const askAdministrator = 'The administrator of the domain can lift this on the account.';
export const repairMachineAccount =
  'Repair the account of this machine with `Test-ComputerSecureChannel -Repair`, or join the ' +
  'domain again.';

export const freeMemory =
  'Close the contexts and credentials that are no longer used, and check the free memory of the ' +
  'machine.';
export const needConfidentiality =
  'The context was established without the flag confidentiality, which encryption needs: ask for it ' +
  'on both sides, or sign only, with SECQOP_WRAP_NO_ENCRYPT.';
export const needIntegrity =
  'The context was established without the flag integrity, which signatures need: ask for it on both ' +
  'sides.';
export const checkBuffers =
  'Check that the bytes of the peer arrive whole and in order, and the types and the order of the ' +
  'buffers.';
export const bindAlike =
  'Pass the bindings of the same TLS connection on both sides, from the first step on. A proxy that ' +
  'ends TLS in between breaks them.';
export const reachAuthority = `Most often no domain controller was reached. ${findDomainController}`;
