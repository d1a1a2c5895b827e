// Who is in the domain. The passwords protect nothing: the domain lives on a run's own loopback.

export const realm = 'CORP.TEST';
export const shortName = 'CORP';
export const host = 'dc1.corp.test';

const account = (user, password) => ({ user, domain: realm, password });

export const accounts = {
  alice: account('alice', 'Lab-u7Kq2-alice'),
  bob: account('bob', 'Lab-x3Vd9-bob'),
  expired: account('expired', 'Lab-m5Tz1-expired'),
  // "Account is sensitive and cannot be delegated."
  sensitive: account('sensitive', 'Lab-c7Fb5-sensitive'),
  disabled: account('disabled', 'Lab-r8Wc4-disabled'),
  websvc: account('websvc', 'Lab-h2Np6-websvc'),
  // Locked after three wrong passwords.
  lockable: account('lockable', 'Lab-t6Yw3-lockable'),
  filesvc: account('filesvc', 'Lab-j9Gs8-filesvc'),
};

export const service = {
  ...accounts.websvc,
  spn: 'HTTP/localhost',
  spns: ['HTTP/localhost', 'HTTP/web.corp.test', 'host/web.corp.test'],
};

/** One that the domain does not trust with what its clients delegate. */
export const untrustedService = {
  ...accounts.filesvc,
  spn: 'HTTP/untrusted.corp.test',
  spns: ['HTTP/untrusted.corp.test'],
};

/** One whose keys are changed by the tests. Its keytab is theirs to export. */
export const changingService = {
  ...account('changing', 'Lab-p4Mk7-changing'),
  spn: 'HTTP/changing.corp.test',
};
