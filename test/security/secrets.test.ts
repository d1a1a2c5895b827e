import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { runModule } from '../harness/support/child.js';
import { providerInstalled } from '../harness/support/provider.js';
import { withContext } from '../harness/support/provider-child.js';

const MASK = 0x5a;

/** Text that is in no memory as it is, neither here nor in the process that gets it. */
function maskedText(length: number): number[] {
  return Array.from({ length }, () => randomInt(0x41, 0x5b) ^ MASK);
}

/**
 * A process that has a password, which JavaScript holds with one byte a character: so the copies of
 * the addon and of the package, in UTF-16, can be told from its own. `copies` counts the first. What is
 * looked for is the password's second half: memory that was freed may have lost its beginning.
 */
const withPassword = () => `
  ${withContext}
  const masked = ${JSON.stringify(maskedText(64))};
  const identity = () => ({
    user: 'alice', password: String.fromCharCode(...masked.map((byte) => byte ^ ${MASK})),
  });
  const options = (more) => ({ package: 'TestScript', identity: identity(), ...more });
  const half = masked.slice(32);
  const wide = new Uint8Array(half.flatMap((byte) => [byte, ${MASK}]));
  const copies = () => provider.copies(wide);
  const counted = [copies()];
  const count = () => counted.push(copies());
  const untilReturned = (name, times) =>
    until(() => callsOf(name).filter(({ status }) => status !== undefined).length >= times);
  const untilGone = () => until(() => alive() === 0);
`;

async function counted(text: string): Promise<unknown> {
  const { code, stdout, stderr } = await runModule(text);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const print = 'console.log(JSON.stringify(counted));';

describe.skipIf(!providerInstalled)('the copies of a password in memory', () => {
  test.each([
    ['acquire', 'AcquireCredentialsHandle', 'Credentials.acquire(options())'],
    [
      'acquire with a package list',
      'AcquireCredentialsHandle',
      `Credentials.acquire(options({ packageList: '!NTLM' }))`,
    ],
    ['add', 'AddCredentials', 'credentials.add(options())'],
  ])('%s: one while the package has it, none afterwards', async (_, name, call) => {
    const text = `${withPassword()}
      provider.hold('${name}');
      const promise = ${call};
      await untilCalled('${name}', ${name === 'AddCredentials' ? 1 : 2});
      count();
      provider.release('${name}');
      const more = await promise;
      count();
      more?.close();
      credentials.close();
      count();
      ${print}`;
    expect(await counted(text)).toEqual([0, 1, 0, 0]);
  });

  test('a call that fails leaves none', async () => {
    const text = `${withPassword()}
      provider.fail('AcquireCredentialsHandle', 0x8009030e);
      await Credentials.acquire(options()).catch(() => {});
      count();
      ${print}`;
    expect(await counted(text)).toEqual([0, 0]);
  });

  test('a call that waits for a thread has one, and none when it is aborted', async () => {
    const text = `${withPassword()}
      configureThreads({ max: 1 });
      provider.hold('InitializeSecurityContext');
      const step = context.step();
      await untilCalled('InitializeSecurityContext');
      const controller = new AbortController();
      const promise = Credentials.acquire(options({ signal: controller.signal }));
      count();
      controller.abort();
      await promise.catch(() => {});
      count();
      provider.release('InitializeSecurityContext');
      await step;
      ${print}`;
    expect(await counted(text)).toEqual([0, 1, 0]);
  });

  test('a call that is aborted while it runs has one until it returns', async () => {
    const text = `${withPassword()}
      provider.hold('AcquireCredentialsHandle');
      const controller = new AbortController();
      const promise = Credentials.acquire(options({ signal: controller.signal }));
      await untilCalled('AcquireCredentialsHandle', 2);
      controller.abort();
      await promise.catch(() => {});
      count();
      provider.release('AcquireCredentialsHandle');
      context.close();
      credentials.close();
      await untilReturned('AcquireCredentialsHandle', 2);
      await untilGone();
      count();
      ${print}`;
    expect(await counted(text)).toEqual([0, 1, 0]);
  });

  test('a worker that is terminated leaves none of the calls that waited', async () => {
    const text = `${withPassword()}
      provider.hold('AcquireCredentialsHandle');
      const thread = startWorker(inWorker + \`
        configureThreads({ max: 1 });
        Credentials.acquire({ package: 'TestScript' });
        const password = String.fromCharCode(...\${JSON.stringify(masked)}.map((byte) => byte ^ ${MASK}));
        Credentials.acquire({ package: 'TestScript', identity: { user: 'alice', password } });
        parentPort.postMessage('made');
      \`);
      await once(thread, 'message');
      await untilCalled('AcquireCredentialsHandle', 2);
      count();
      await thread.terminate();
      count();
      provider.release('AcquireCredentialsHandle');
      ${print}`;
    expect(await counted(text)).toEqual([0, 1, 0]);
  });
});

describe.skipIf(!providerInstalled)('the copies of a keytab in memory', () => {
  test.each([
    ['acquire', 'AcquireCredentialsHandle', 'Credentials.acquire', 2],
    ['add', 'AddCredentials', '(options) => credentials.add(options)', 1],
  ])(
    '%s: more than one while the package has it, otherwise that of the caller alone',
    async (_, name, call, times) => {
      const text = `
        ${withContext}
        const masked = ${JSON.stringify(maskedText(64))};
        // V8 has short arrays in its heap, and moves them.
        const keytab = new Uint8Array(new ArrayBuffer(masked.length));
        masked.forEach((byte, index) => { keytab[index] = byte ^ ${MASK}; });
        const pattern = Uint8Array.from(masked.slice(32));
        // A method that the caller has replaced wipes nothing.
        Object.getPrototypeOf(Uint8Array.prototype).fill = () => {};
        const count = () => provider.copies(pattern);
        const options = { package: 'TestScript', identity: { user: 'alice', keytab } };
        const call = ${call};
        const counted = [count()];
        provider.hold('${name}');
        const promise = call(options);
        await untilCalled('${name}', ${times});
        counted.push(count() > 1);
        provider.release('${name}');
        await promise;
        counted.push(count());
        const failures = [
          { package: 'TestStream' }, // takes no identity
          { package: 'Nonesuch' },
          { signal: AbortSignal.abort() },
          { signal: { aborted: false, addEventListener() { throw new Error('fails'); } } },
        ];
        for (const failure of failures) {
          const refused = await call({ ...options, ...failure }).catch(() => 'refused');
          counted.push(refused, count());
        }
        provider.fail('${name}', 0x8009030e);
        counted.push(await call(options).catch(({ code }) => code), count());
        keytab.set(new Uint8Array(keytab.length));
        counted.push(count());
        ${print}`;
      expect(await counted(text)).toEqual([
        ...[1, true, 1],
        ...['refused', 1, 'refused', 1, 'refused', 1, 'refused', 1],
        ...['SEC_E_NO_CREDENTIALS', 1],
        0,
      ]);
    },
  );
});

describe.skipIf(!providerInstalled)('the objects of JavaScript', () => {
  test("of winsspi do not keep a password that the addon has copied; the caller's do", async () => {
    const text = `${withPassword()}
      import { getHeapSnapshot } from 'node:v8';
      const isReachable = async () => {
        let snapshot = '';
        for await (const part of getHeapSnapshot().setEncoding('latin1')) snapshot += part;
        return snapshot.includes(identity().password);
      };
      provider.hold('AcquireCredentialsHandle');
      const promise = Credentials.acquire(options());
      await untilCalled('AcquireCredentialsHandle', 2);
      const results = [copies(), await isReachable()];
      const kept = identity();
      results.push(await isReachable());
      provider.release('AcquireCredentialsHandle');
      (await promise).close();
      console.log(JSON.stringify(results), kept.user);`;
    const { code, stdout, stderr } = await runModule(text);
    expect([code, stdout.trim(), stderr]).toEqual([0, '[1,false,true] alice', '']);
  });
});

/** A process with a complete context of TestKerberos. */
const withPair = `
  ${withContext}
  import { ServerContext } from ${JSON.stringify(new URL('../../dist/index.mjs', import.meta.url).href)};
  const inbound = await Credentials.acquire({ package: 'TestKerberos', use: 'both' });
  const client = new ClientContext(inbound, { targetName: 'HTTP/a' });
  const server = new ServerContext(inbound);
  const { token } = await server.step((await client.step()).token);
  if (token) await client.step(token);
  // Without a copy of what is looked for on the way.
  const maskedOf = (bytes) => {
    const masked = new Uint8Array(bytes.length);
    for (let index = 0; index < bytes.length; index++) masked[index] = bytes[index] ^ ${MASK};
    return masked;
  };
`;

describe.skipIf(!providerInstalled)('the copies of a key in memory', () => {
  test("of the attribute sessionKey there is the caller's own, which the caller can wipe", async () => {
    const text = `${withPair}
      provider.behave('uniqueSessionKey', 1);
      const key = client.queryAttribute('sessionKey');
      const pattern = maskedOf(key.subarray(32));
      const counted = [provider.copies(pattern)];
      key.fill(0);
      counted.push(provider.copies(pattern));
      ${print}`;
    expect(await counted(text)).toEqual([1, 0]);
  });

  test("of an exported context there is the caller's own, which the caller can wipe", async () => {
    const text = `${withPair}
      const exported = client.export();
      const pattern = maskedOf(exported.subarray(16, 48)); // the key, flags and counters
      const counted = [provider.copies(pattern)];
      ClientContext.import('TestKerberos', exported).close();
      counted.push(provider.copies(pattern));
      try { ClientContext.import('TestKerberos', exported, { requires: [] }); } catch {}
      counted.push(provider.copies(pattern));
      exported.fill(0);
      counted.push(provider.copies(pattern));
      ${print}`;
    // The provider records what it imports.
    expect(await counted(text)).toEqual([1, 2, 2, 1]);
  });
});
