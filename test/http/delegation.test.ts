import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startExample } from '../harness/support/example.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { runOnLinux } from '../harness/support/runner.js';

// examples/delegation as a process of its own: two services, and curl as their caller.
// The process's own user is alice.

const start = () => {
  const ports = ['--port', '0', '--back-port', '0'];
  return startExample('delegation', [
    'package.json',
    ...ports,
    ...['--package', theLab().packages.Negotiate],
  ]);
};

async function curl(url: URL, path: string, user: 'alice' | 'bob', ...args: string[]) {
  const logOn = ['--silent', '--negotiate', '--user', ':', '--max-time', '20'];
  const target = new URL(path, url).href;
  const status = ['--write-out', '%{http_code}'];
  const { stdout } = await runOnLinux('curl', [...logOn, ...status, ...args, target], { user });
  return stdout;
}

describe.skipIf(!lab)(`the services of examples/delegation (${needsDomain})`, () => {
  test('call one another as each caller that delegates', async () => {
    await using service = await start();
    const ask = (user: 'alice' | 'bob') =>
      curl(service.url, '/call', user, '--delegation', 'always');
    const answers = await Promise.all([ask('bob'), ask('alice'), ask('bob')]);
    expect(answers).toEqual([
      'CORP\\bob is CORP\\bob there\n200',
      'CORP\\alice is CORP\\alice there\n200',
      'CORP\\bob is CORP\\bob there\n200',
    ]);
    expect(service.errors).toEqual([]);
  });

  test('do not call one another for a caller that does not delegate', async () => {
    await using service = await start();
    const answer = await curl(service.url, '/call', 'bob');
    expect(answer).toBe('CORP\\bob has not delegated anything\n403');
  });

  test('read a file as the caller', async () => {
    await using service = await start();
    const answer = await curl(service.url, '/file', 'bob');
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8').trim();
    expect(answer).toBe(`CORP\\bob may read it: ${text}\n200`);
  });
});
