import { describe, expect, test } from 'vitest';
import { startExample } from '../harness/support/example.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { readPng } from '../harness/support/png.js';
import { runOnLinux } from '../harness/support/runner.js';

// examples/whoami as a process of its own, and Chromium with MIT's Kerberos and an NTLM of its own.

const certificate = (name: string) => `test/harness/fixtures/certificates/${name}.pem`;
const tlsFiles = ['--cert', certificate('rsa-sha256'), '--key', certificate('rsa-sha256.key')];

const startService = (...args: string[]) =>
  startExample('whoami', ['--port', '0', '--package', theLab().packages.Negotiate, ...args]);

interface Visit {
  user?: 'alice' | 'bob' | 'nobody';
  trusted?: boolean;
  width?: number;
}

/** What Chromium shows: the text of each element with an id, the title, and a picture. */
async function visit(url: URL, { user = 'alice', trusted = true, width = 1280 }: Visit = {}) {
  const args = [
    ...['--dump-dom', '--screenshot=page.png', `--window-size=${width},1500`],
    ...['--ignore-certificate-errors', ...(trusted ? ['--auth-server-allowlist=localhost'] : [])],
  ];
  const options = { user, file: 'page.png' };
  const { stdout, stderr, file } = await runOnLinux('chromium', [...args, url.href], options);
  if (!file) throw new Error(`Chromium has no picture:\n${stderr}`);
  const text = (html = '') =>
    html
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  const elements = [...stdout.matchAll(/<(\w+) id="([^"]+)">(.*?)<\/\1>/gs)];
  return {
    title: text(/<title>(.*?)<\/title>/s.exec(stdout)?.[1]),
    status: text(/<header>\s*<p>(.*?)<\/p>/s.exec(stdout)?.[1]),
    facts: Object.fromEntries(elements.map(([, , id, inner]) => [id, text(inner)])),
    flags: [...stdout.matchAll(/<li class="on">(.*?)<\/li>/g)].map(([, name]) => name),
    groups: [...stdout.matchAll(/<td><code>(.*?)<\/code>/g)].map(([, sid]) => text(sid)),
    picture: readPng(Buffer.from(file, 'base64')),
  };
}

describe.skipIf(!lab)(`Chromium on the page of examples/whoami (${needsDomain})`, () => {
  test.each(['alice', 'bob'] as const)('is %s, by Kerberos in one leg', async (user) => {
    await using service = await startService();
    const { title, status, facts, flags, groups } = await visit(service.url, { user });
    expect([title, status]).toEqual([`CORP\\${user}`, 'This server knows you as']);
    expect(facts).toMatchObject({
      ...{ name: `CORP\\${user}`, package: 'Kerberos', scheme: 'Negotiate', tls: 'none' },
      'token-count': '1: the token of the client was enough',
      'channel-binding': 'not checked: no TLS, or extended protection is off',
      from: expect.stringMatching(/^(::1|127\.0\.0\.1) port \d+$/),
      ...{ to: service.url.host, request: 'number 2 on this connection' },
      ...{ 'authenticated-by': 'request 2', level: 'impersonation' },
      sid: expect.stringMatching(/^S-1-5-21-/),
      'group-count': String(groups.length),
    });
    expect(flags).toContain('integrity');
    expect(groups).toContain('S-1-1-0');
    expect(service.errors).toEqual([]);
  });

  test('is refused where it does not trust the server with tokens, and sends none', async () => {
    await using service = await startService('--schemes', 'Negotiate');
    const { title, status, facts } = await visit(service.url, { trusted: false });
    expect([title, status, facts]).toEqual(['Who are you?', '401', {}]);
    expect(service.errors).toEqual([]);
  });

  test('is refused where it has no ticket', async () => {
    await using service = await startService('--schemes', 'Negotiate');
    const { title, status, facts } = await visit(service.url, { user: 'nobody' });
    expect([title, status, facts]).toEqual(['Who are you?', '401', {}]);
  });

  // On Linux, Chromium's Kerberos sends no channel bindings.
  test('comes in over TLS, unless channel bindings are required', async () => {
    await using service = await startService(...tlsFiles);
    const { facts } = await visit(service.url);
    expect(facts).toMatchObject({
      ...{ name: 'CORP\\alice', tls: 'TLSv1.3, TLS_AES_256_GCM_SHA384' },
      'channel-binding': 'allowed: a wrong one would have been refused',
    });
    const strict = ['--extended-protection', 'require', '--schemes', 'Negotiate'];
    await using refusing = await startService(...tlsFiles, ...strict);
    expect(await visit(refusing.url)).toMatchObject({ title: 'Who are you?', facts: {} });
    expect(refusing.errors.join()).toMatch(/^denied: .* SEC_E_BAD_BINDINGS /);
  });

  test.each([
    ['a desktop', 1280],
    ['a phone', 390],
  ])('has a page that fits %s, of %d pixels', async (_, width) => {
    await using service = await startService();
    const { picture } = await visit(service.url, { width });
    expect([picture.width, picture.height]).toEqual([width, 1500]);
    // Nothing reaches into the margins, and there is something between them.
    const column = (x: number) =>
      new Set(Array.from({ length: picture.height }, (_, y) => picture.pixel(x, y).join()));
    const background = picture.pixel(0, 0).join();
    for (const x of [0, 8, width - 9, width - 1]) expect([...column(x)]).toEqual([background]);
    expect(column(width / 4).size).toBeGreaterThan(5);
  });
});
