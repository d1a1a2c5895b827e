// The domain CORP.TEST, on Samba.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  accounts,
  changingService,
  realm,
  service,
  shortName,
  untrustedService,
} from './accounts.mjs';
import { attempt, run, until } from './command.mjs';

const directory = '/var/lib/samba/private/sam.ldb';
export const serviceKeytab = '/etc/krb5.keytab';
export const ntlmUserFile = '/etc/ntlm-users';

/** Makes each of Wine's processes a logon session of its own: see logon.c. */
export const logOnLibrary = '/etc/winsspi-lab-logon.so';

/** Makes the domain in Samba's own places, which belong to this namespace. */
export async function provision() {
  writeNetworkFiles();
  await run('samba-tool', [
    ...['domain', 'provision', `--realm=${realm}`, `--domain=${shortName}`],
    ...['--server-role=dc', '--dns-backend=SAMBA_INTERNAL', '--adminpass=Lab-4dm1n-71fc'],
    ...['--host-name=dc1', '--host-ip=127.0.0.1'],
    ...['--option=interfaces=lo', '--option=bind interfaces only=yes'],
    // File attributes go into a database: the file system may not have them.
    '--option=vfs objects = dfs_samba4 acl_xattr xattr_tdb',
    '--option=xattr_tdb:file=/var/lib/samba/xattr.tdb',
    '--option=dns forwarder=',
    '--option=server services = -nbt -wrepl -drepl -ntp_signd -kcc -dnsupdate',
  ]);
  await relaxPasswords();
  for (const account of Object.values(accounts)) await createAccount(account);
  await run('samba-tool', ['user', 'disable', 'disabled']);
  await change('expired', 'accountExpires', fileTime('2020-01-01'));
  await run('samba-tool', ['user', 'sensitive', 'sensitive', 'on']);
  await createService(service);
  await createService(untrustedService);
  await createAccount(changingService);
  await run('samba-tool', ['spn', 'add', changingService.spn, changingService.user]);
  await limitWrongPasswords(accounts.lockable.user);
  await run('samba-tool', ['delegation', 'for-any-service', service.user, 'on']);
  const source = fileURLToPath(new URL('logon.c', import.meta.url));
  await run('cc', ['-O2', '-shared', '-fPIC', '-s', '-o', logOnLibrary, source]);
}

/** Starts the domain controller; resolves when it answers for Kerberos and for NTLM. */
export async function startDomain(folder) {
  const log = `${folder}/samba.log`;
  const child = spawn('samba', ['-F', '--no-process-group', '--debug-stdout'], {
    stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')],
    detached: true,
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const failure = (what) => () => `${what}. Samba's log ends:\n${readFileSync(log).slice(-4000)}`;
  const ready = async (works) => {
    if (ended()) throw new Error(failure('Samba has ended')());
    return await works();
  };
  await Promise.all([
    until(() => ready(() => logOn('alice', folder)), 60, failure('No ticket for alice')),
    until(() => ready(winbindAnswers), 60, failure('No answer from winbind')),
  ]);
  return child;
}

/** Gets a ticket for an account, into the run's folder `caches`. */
export async function logOn(name, folder) {
  const { user, password } = accounts[name];
  const args = ['-c', `FILE:${folder}/caches/${name}`, `${user}@${realm}`];
  return (await attempt('kinit', args, { input: `${password}\n` })).code === 0;
}

async function winbindAnswers() {
  const { user, password } = accounts.alice;
  const args = [`--username=${user}`, `--password=${password}`, `--domain=${shortName}`];
  return (await attempt('ntlm_auth', args)).code === 0;
}

function writeNetworkFiles() {
  const files = {
    hosts: '127.0.0.1 localhost\n::1 localhost\n127.0.0.1 dc1.corp.test dc1 web.corp.test\n',
    'resolv.conf': 'nameserver 127.0.0.1\n',
    'krb5.conf': kerberosConfiguration,
    // For a peer whose clock is off on purpose: the library must not put it right by the KDC's.
    'krb5-no-timesync.conf': '[libdefaults]\n  kdc_timesync = 0\n',
    'ntlm-users': ntlmUsers(),
  };
  for (const [name, text] of Object.entries(files)) {
    // One that is a link leads out of /etc, to the host's own file.
    rmSync(`/etc/${name}`, { force: true });
    writeFileSync(`/etc/${name}`, text);
  }
}

const kerberosConfiguration = `[libdefaults]
  default_realm = ${realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  forwardable = true
  default_rcache_name = file2:/run/samba/replays

[realms]
  ${realm} = {
    kdc = 127.0.0.1:88
    kpasswd_server = 127.0.0.1:464
  }

[domain_realm]
  localhost = ${realm}
  .corp.test = ${realm}
`;

/** The users of gss-ntlmssp: the first is also its default initiator. */
function ntlmUsers() {
  return ['alice', 'bob']
    .map((name) => `${shortName}:${accounts[name].user}:${accounts[name].password}\n`)
    .join('');
}

async function relaxPasswords() {
  await run('samba-tool', [
    ...['domain', 'passwordsettings', 'set', '--complexity=off', '--history-length=0'],
    ...['--min-pwd-age=0', '--max-pwd-age=0', '--min-pwd-length=1'],
  ]);
}

async function createAccount({ user, password }) {
  await run('samba-tool', ['user', 'create', user, password]);
  await run('samba-tool', ['user', 'setexpiry', user, '--noexpiry']);
  await change(user, 'msDS-SupportedEncryptionTypes', '24'); // AES only
}

/** For one account: other tests log on with wrong passwords on purpose. */
async function limitWrongPasswords(user) {
  const command = ['domain', 'passwordsettings', 'pso'];
  const limits = ['--account-lockout-threshold=3', '--account-lockout-duration=30'];
  const window = '--reset-account-lockout-after=30';
  await run('samba-tool', [...command, 'create', 'lockout', '1', ...limits, window]);
  await run('samba-tool', [...command, 'apply', 'lockout', user]);
}

async function createService({ user, spns }) {
  for (const name of spns) {
    await run('samba-tool', ['spn', 'add', name, user]);
    await run('samba-tool', ['domain', 'exportkeytab', serviceKeytab, `--principal=${name}`]);
  }
}

async function change(user, attribute, value) {
  const entry = `CN=${user},CN=Users,DC=corp,DC=test`;
  const input = `dn: ${entry}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`;
  await run('ldbmodify', ['-H', directory], { input });
}

/** Windows's time: units of 100 ns since 1601. */
function fileTime(date) {
  return String((BigInt(Date.parse(date)) + 11644473600000n) * 10000n);
}
