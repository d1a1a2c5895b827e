// The Debian packages that the project's tools need, and how they come onto the machine.
import { spawnSync } from 'node:child_process';

/** Builds the Windows addon on Linux. */
export const toolchainPackages = {
  cmake: 'the build description',
  make: 'the builds that cmake writes',
  'g++-mingw-w64-x86-64-posix': 'the compiler for Windows',
  'mingw-w64-tools': 'import libraries for Windows',
};

/** Builds native/ for Linux under the sanitizers. */
export const sanitizerPackages = {
  cmake: 'the build description',
  make: 'the builds that cmake writes',
  'clang-19': 'the compiler with the sanitizers',
  'libclang-rt-19-dev': 'the sanitizers',
  'libwinpr2-dev': 'an SSPI for Linux',
  binutils: 'the names in what the sanitizers report',
};

/** Runs Windows Node beside a domain. */
export const labPackages = {
  gcc: 'the compiler for Linux',
  'g++': 'the compiler for Linux, without which winegcc does not start',
  'libc6-dev': 'the C library of the compiler for Linux',
  wine: 'Windows programs on Linux',
  wine64: 'Windows programs on Linux, 64 bits',
  libwine: 'the Windows libraries',
  'wine64-tools': 'winegcc, the compiler of the bridge to GSS-API',
  'libwine-dev': 'the headers of the bridge: SSPI',
  'libkrb5-dev': 'the headers of the bridge: GSS-API and Kerberos',
  winbind: "ntlm_auth, which is Wine's NTLM",
  samba: 'the domain controller: SMB',
  'samba-ad-dc': 'the domain controller: KDC and LDAP',
  'samba-ad-provision': 'the domain controller: its first database',
  'samba-dsdb-modules': 'the domain controller: its directory',
  'samba-vfs-modules': 'the domain controller: its file attributes',
  'ldb-tools': 'changes in the directory',
  'krb5-user': 'kinit',
  'python3-gssapi': 'GSS-API for the peer of the tests',
  'gss-ntlmssp': 'NTLM for GSS-API',
  faketime: 'a peer whose clock is wrong',
  openssl: 'a TLS server',
  curl: 'an HTTP client',
  'python3-impacket': 'NTLM and SPNEGO of its own for an HTTP client',
  chromium: 'a browser',
  'apache2-bin': 'an HTTP server',
  'libapache2-mod-auth-gssapi': 'Negotiate for the HTTP server',
  nginx: 'a reverse proxy',
  iproute2: 'the loopback of a run',
  'util-linux': 'unshare and flock',
  mount: 'the places of a run',
};

/**
 * The versions of those packages that are installed.
 * @param {string[]} names
 * @returns {Map<string, string>}
 */
export function installedPackages(names) {
  const format = `\${Package} \${db:Status-Status} \${Version}\n`;
  const { stdout, error } = spawnSync('dpkg-query', ['-W', '-f', format, ...names], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error) throw new Error('No dpkg-query here: this needs Debian or Ubuntu.', { cause: error });
  const rows = stdout.split('\n').map((line) => line.split(' '));
  return new Map(rows.filter((row) => row[1] === 'installed').map((row) => [row[0], row[2]]));
}

/**
 * Installs what is missing, and says so before.
 * @param {Record<string, string>} list package names, each with what it is for
 * @returns {Map<string, string>} the installed versions
 */
export function ensurePackages(list) {
  const names = Object.keys(list);
  const installed = installedPackages(names);
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length === 0) return installed;
  console.error(
    'Installing with apt-get, once (up to 530 MB to fetch and 2.7 GB on disk; no server is started):',
  );
  for (const name of missing) console.error(`  ${name} (${list[name]})`);
  install(missing);
  return installedPackages(names);
}

// Some of the packages are servers. An install must not start them on the user's machine, which
// policy-rc.d forbids; one that is there already stays as it is. The lock keeps a second install
// from losing the file to the end of the first.
const installScript = `
set -e
exec 9>/run/lock/winsspi-packages
flock 9
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  trap 'exit 130' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -q 9>&-
apt-get -o DPkg::Lock::Timeout=300 install -qy --no-install-recommends "$@" 9>&-
`;

/** @param {string[]} names */
function install(names) {
  const shell = ['sh', '-c', installScript, 'install', ...names];
  const [command, ...args] = process.getuid() === 0 ? shell : ['sudo', ...shell];
  const { status, error } = spawnSync(command, args, { stdio: ['inherit', 2, 2] });
  if (status === 0) return;
  throw new Error(`These packages are not installed: ${names.join(' ')}`, { cause: error });
}
