// Apache with mod_auth_gssapi: an HTTP server that has nothing of ours.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './command.mjs';
import { serviceKeytab } from './domain.mjs';

// /etc is this run's own, and Apache's user can read there.
const place = '/etc/winsspi-lab-apache';
const ports = { http: 8080, https: 8443, proxy: 8081, secureProxy: 8444 };
const www = 33;

const certificate = (name) =>
  fileURLToPath(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url));

const modules = [
  'mpm_prefork',
  'authn_core',
  'authz_core',
  'authz_user',
  'auth_gssapi',
  'ssl',
  'cgi',
  'alias',
  'headers',
  'proxy',
  'proxy_http',
  'proxy_connect',
];

// Two folders: Kerberos with each request, Kerberos for a connection. With gss-ntlmssp Apache crashes.
const location = (name, bound) => `
<Location /${name}>
  AuthType GSSAPI
  AuthName lab
  GssapiCredStore keytab:${place}/keytab
  GssapiAllowedMech krb5
  GssapiConnectionBound ${bound}
  Require valid-user
</Location>
`;

// A proxy that asks with 407 and, for who asks twice, says who it takes the client for. Its connections
// are authenticated, not its requests: that is what mod_auth_gssapi's CONNECT needs.
const proxy = (port, tls) => `
<VirtualHost 127.0.0.1:${port}>
  ${tls}
  ProxyRequests On
  AllowCONNECT 1-65535
  <Proxy "*">
    AuthType GSSAPI
    AuthName proxy
    GssapiCredStore keytab:${place}/keytab
    GssapiAllowedMech krb5
    GssapiConnectionBound On
    Require valid-user
    Header always set X-Proxy-User "expr=%{REMOTE_USER}"
  </Proxy>
</VirtualHost>
`;

const tls = `SSLEngine on
  SSLCertificateFile ${place}/certificate.pem
  SSLCertificateKeyFile ${place}/key.pem`;

const configuration = `ServerName localhost
ServerRoot ${place}
DefaultRuntimeDir ${place}
PidFile ${place}/pid
ErrorLog ${place}/error.log
User #${www}
Group #${www}
Listen 127.0.0.1:${ports.http}
Listen 127.0.0.1:${ports.https}
Listen 127.0.0.1:${ports.proxy}
Listen 127.0.0.1:${ports.secureProxy}
StartServers 4
KeepAlive On
KeepAliveTimeout 60
LimitRequestFieldSize 131072
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ScriptAlias / ${place}/whoami/
<VirtualHost 127.0.0.1:${ports.https}>
  ${tls}
</VirtualHost>
${proxy(ports.proxy, '')}
${proxy(ports.secureProxy, tls)}
<Location />
  Require all granted
</Location>
${location('kerberos', 'Off')}
${location('connection', 'On')}
`;

// Says who is there, and what came.
const script = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n%s %s ' "$REMOTE_USER" "$REQUEST_METHOD"
cat
`;

/**
 * Starts Apache.
 * @returns {Promise<typeof ports>} its ports
 */
export async function startApache() {
  mkdirSync(join(place, 'whoami'), { recursive: true });
  chownSync(place, www, www);
  for (const name of ['kerberos', 'connection', 'open']) {
    writeFileSync(join(place, 'whoami', name), script, { mode: 0o755 });
  }
  writeFileSync(join(place, 'apache.conf'), configuration);
  copyFileSync(serviceKeytab, join(place, 'keytab'));
  chownSync(join(place, 'keytab'), www, www);
  copyFileSync(certificate('rsa-sha256'), join(place, 'certificate.pem'));
  copyFileSync(certificate('rsa-sha256.key'), join(place, 'key.pem'));
  const log = join(place, 'output.log');
  const child = spawn('/usr/sbin/apache2', ['-f', join(place, 'apache.conf'), '-DFOREGROUND'], {
    env: {
      PATH: '/usr/bin:/bin',
      // The other peers' belongs to root.
      KRB5RCACHENAME: `file2:${place}/replays`,
    },
    stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')],
  });
  const logs = () => ['output.log', 'error.log'].map((name) => read(join(place, name))).join('\n');
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`Apache has ended:\n${logs()}`);
      return answers(ports.http);
    },
    20,
    () => `No answer from Apache:\n${logs()}`,
  );
  return ports;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
