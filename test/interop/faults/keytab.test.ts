import { expect, test } from 'vitest';
import { runWithKdc } from '../../harness/support/fault-child.js';
import { lab, theLab } from '../../harness/support/lab.js';

const refused = {
  name: 'WrongPrincipalError',
  code: 'SEC_E_WRONG_PRINCIPAL',
  syscall: 'AcceptSecurityContext',
  message: expect.stringContaining("the service's account owns the SPN"),
};

test.skipIf(!lab)(
  'a service whose password is changed accepts clients again when its keytab is replaced, and not before',
  async () => {
    const { packages, changingService } = theLab();
    const { spn, user } = changingService;
    const lines = await runWithKdc(
      packages.Kerberos,
      `
      const keytab = folder + '\\\\keytab';
      const replaceKeytab = () => {
        rmSync(keytab, { force: true });
        const principal = '--principal=' + targetName;
        return sambaTool('domain', 'exportkeytab', linuxFolder + '/keytab', principal);
      };
      await replaceKeytab();
      const inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
      const before = await meet({ inbound });
      await sambaTool('user', 'setpassword', '${user}', '--newpassword=Lab-n8Rb2-changed');
      say(await refused(meet({ inbound })));
      say(exchange(before, 'goes on'));
      await replaceKeytab();
      say(exchange(await meet({ inbound }), 'with the same credentials'));
      process.exit();
      `,
      spn,
    );
    expect(lines).toEqual([refused, 'goes on', 'with the same credentials']);
  },
  60_000,
);

test.skipIf(!lab)('a service without a keytab accepts nobody, until it has one', async () => {
  const lines = await runWithKdc(
    theLab().packages.Kerberos,
    `
    const keytab = folder + '\\\\keytab';
    const inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
    rmSync(keytab);
    say(await refused(meet({ inbound })));
    copyFileSync('Z:\\\\etc\\\\krb5.keytab', keytab);
    say(exchange(await meet({ inbound }), 'with the same credentials'));
    process.exit();
    `,
  );
  expect(lines).toEqual([refused, 'with the same credentials']);
});
