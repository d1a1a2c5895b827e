import { randomUUID } from 'node:crypto';
import { type Ended, runModule } from './child.js';
import { theLab } from './lab.js';
import { withProvider } from './provider-child.js';

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/**
 * Runs a module's text in a process that reaches the KDC by a proxy alone: `kdc`, a KdcProxy. `meet`
 * makes two complete contexts, and `refused` gives what says why they could not be made. Of the
 * lines that it prints, each is JSON.
 */
export async function runWithKdc(
  packageName: string,
  text: string,
  targetName = theLab().service.spn,
): Promise<unknown[]> {
  const { folder, kerberosFolder, realm, runner, users } = theLab();
  const own = `kerberos-${randomUUID()}`;
  const names = JSON.stringify({
    realm,
    runner,
    folder: `${folder.windows}\\${own}`,
    linuxFolder: `${folder.linux}/${own}`,
    packageName,
    identity: users.alice,
    targetName,
  });
  const start = `
    import { execFileSync } from 'node:child_process';
    import { copyFileSync, rmSync } from 'node:fs';
    import { connect } from 'node:net';
    import { text } from 'node:stream/consumers';
    import { ClientContext, Credentials, configureThreads, ServerContext }
      from ${url('../../../dist/index.mjs')};
    import { KdcProxy } from ${url('kdc-proxy.mjs')};
    ${withProvider}
    const { realm, runner, folder, linuxFolder, packageName, identity, targetName } = ${names};
    const kdc = await KdcProxy.open({ realm, folder });
    copyFileSync('Z:\\\\etc\\\\krb5.keytab', folder + '\\\\keytab');
    configureThreads({ idleMilliseconds: 50 });
    const handles = () => Number(execFileSync('handle_count.exe', [String(process.pid)]));
    /** Waits until a number has been the same for a second. */
    async function untilSteady(number) {
      for (let at = Date.now(), value = number(); Date.now() - at < 1000; await delay(20)) {
        if (number() !== value) [at, value] = [Date.now(), number()];
      }
    }
    const packageList = packageName === 'LabNegotiate' ? { packageList: '!ntlm' } : {};

    async function meet(options = {}) {
      const outbound = options.outbound ??
        await Credentials.acquire({ package: packageName, identity, ...packageList });
      const inbound = options.inbound ??
        await Credentials.acquire({ package: packageName, use: 'inbound' });
      const client = new ClientContext(outbound, { targetName });
      const server = new ServerContext(inbound);
      if (!options.inbound) inbound.close();
      if (!options.outbound) outbound.close();
      let { token } = await client.step(undefined, { signal: options.signal });
      while (token) {
        ({ token } = await server.step(token));
        if (token) ({ token } = await client.step(token));
      }
      return { client, server, close() { client.close(); server.close(); } };
    }

    /** Changes the domain: see runner.mjs in test/harness/lab. */
    async function sambaTool(...args) {
      const socket = connect(runner.port, runner.host);
      socket.write(JSON.stringify({ program: 'samba-tool', args }) + '\\n');
      const { code, stdout, stderr } = JSON.parse(await text(socket));
      if (code !== 0) throw new Error(stdout + stderr);
    }

    const refused = (meeting) => meeting.then(
      () => 'let in',
      ({ name, code, syscall, message, constructor }) => ({ name, code, syscall, message }));
    const exchange = ({ client, server }, text) =>
      server.unwrap(client.wrap(Buffer.from(text))).message.toString();
    const say = (...values) => console.log(JSON.stringify(values.length > 1 ? values : values[0]));
  `;
  const ended = await runModule(start + text, {
    last: ['--', `${kerberosFolder}${folder.linux}/${own}`],
  });
  return linesOf(ended);
}

function linesOf({ code, stdout, stderr }: Ended): unknown[] {
  if (code !== 0 || stderr !== '') throw new Error(`The process ended with ${code}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
