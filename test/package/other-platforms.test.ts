import { expect, test } from 'vitest';
import { runModule } from '../harness/support/child.js';

const elsewhere = (platform: string, arch: string, text: string) =>
  runModule(`
    Object.defineProperty(process, 'platform', { value: '${platform}' });
    Object.defineProperty(process, 'arch', { value: '${arch}' });
    const winsspi = await import('winsspi');
    ${text}
  `);

const use = `
  console.log(winsspi.isSupported, winsspi.spn('HTTP', 'host'));
  for (const use of [() => winsspi.enumerateSecurityPackages(), () => winsspi.Credentials.acquire()]) {
    try { await use(); } catch (error) { console.log(error.code, error.message); }
  }
`;

test.each([
  ['linux', 'x64'],
  ['darwin', 'arm64'],
  ['win32', 'ia32'],
])('on %s %s the import succeeds and the use says what is wrong', async (platform, arch) => {
  const { code, stdout, stderr } = await elsewhere(platform, arch, use);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const refusal = `ERR_SSPI_UNSUPPORTED_PLATFORM winsspi runs on Windows, on x64 and arm64; this is ${platform}-${arch}. Check isSupported before use`;
  expect(stdout.trim().split(/\r?\n/)).toEqual(['false HTTP/host', refusal, refusal]);
});

test('a missing addon is named, with what to do', async () => {
  const { stdout } = await elsewhere('win32', 'arm64', use);
  const [first, refusal] = stdout.trim().split(/\r?\n/);
  expect(first).toBe('false HTTP/host');
  expect(refusal).toMatch(
    /^ERR_SSPI_ADDON_NOT_LOADED Cannot load the addon of winsspi for win32-arm64 from its folder prebuilds\/win32-arm64: /,
  );
});
