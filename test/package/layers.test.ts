import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Paths below a folder, with slashes, from the root of the project. */
function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));
}

const native = files('native');
const ring1 = native.filter((path) => /^native\/(sspi|threads)\//.test(path));
const ring2 = native.filter((path) => !ring1.includes(path));
const ring3 = files('lib');

describe('the three rings', () => {
  test('native/sspi knows nothing of Node-API', () => {
    expect(ring1.length).toBeGreaterThan(15);
    expect(ring1.filter((path) => /\bnapi/i.test(read(path)))).toEqual([]);
  });

  test('the rest of native calls no SSPI function', () => {
    const functions = [
      ...['AcquireCredentialsHandleW', 'AddCredentialsW', 'FreeCredentialsHandle'],
      ...['QueryCredentialsAttributesW', 'SetCredentialsAttributesW'],
      ...['InitializeSecurityContextW', 'AcceptSecurityContext', 'CompleteAuthToken'],
      ...['ApplyControlToken', 'DeleteSecurityContext', 'ExportSecurityContext'],
      ...['ImportSecurityContextW', 'QueryContextAttributesW', 'SetContextAttributesW'],
      ...['EncryptMessage', 'DecryptMessage', 'MakeSignature', 'VerifySignature'],
      ...['ImpersonateSecurityContext', 'RevertSecurityContext', 'QuerySecurityContextToken'],
      ...['EnumerateSecurityPackagesW', 'QuerySecurityPackageInfoW', 'FreeContextBuffer'],
    ];
    const calls = new RegExp(`(?<!::)\\b(${functions.join('|')})\\(`);
    expect(ring2.length).toBeGreaterThan(10);
    expect(functions.filter((name) => !ring1.some((path) => read(path).includes(name)))).toEqual(
      [],
    );
    expect(ring2.filter((path) => calls.test(read(path)))).toEqual([]);
  });

  test('only flags.ts and the list of exports know the ISC_REQ and ASC_REQ constants', () => {
    const users = ring3.filter((path) => /\b[IA]SC_REQ_/.test(read(path)));
    expect(users.sort()).toEqual(['lib/flags.ts', 'lib/index.ts']);
  });

  test('nothing in lib converts to base64 outside of the protocols', () => {
    const users = ring3.filter((path) => /'base64'/.test(read(path)));
    expect(users).toEqual(['lib/http/token.ts']);
  });

  test('nothing in lib writes to the console', () => {
    expect(ring3.filter((path) => /console\.\w+\(/.test(read(path)))).toEqual([]);
  });

  test('the core knows nothing of the protocols', () => {
    const core = ring3.filter((path) => !path.startsWith('lib/http/'));
    expect(core.filter((path) => /from '[^']*\bhttp\//.test(read(path)))).toEqual([]);
  });

  test('the protocols stand on the public API, and on what has no state of its own', () => {
    const below = /^(\.\.\/)+(?!\.)(?<module>[^']*)$/;
    const modules = ring3
      .filter((path) => path.startsWith('lib/http/'))
      .flatMap((path) => {
        const depth = path.split('/').length - 2;
        return [...read(path).matchAll(/from '([^']*)'/g)]
          .map((match) => match[1] as string)
          .filter((name) => name.startsWith('../'.repeat(depth)));
      });
    const names = new Set(modules.map((name) => below.exec(name)?.groups?.module));
    expect([...names].sort()).toEqual(['index.js', 'errors/usage-error.js', 'validate.js']);
  });

  test('the library has no dependency', () => {
    expect(JSON.parse(read('package.json'))).not.toHaveProperty('dependencies');
    const modules = ring3.flatMap((path) =>
      [...read(path).matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]),
    );
    expect(modules.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });
});

describe('the two build descriptions', () => {
  const cmake = read('CMakeLists.txt');
  const gyp = read('binding.gyp');
  const all = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map((match) => match[1] as string).sort();

  test('list the same sources, and every source', () => {
    const everywhere = native.filter(
      (path) => path.endsWith('.cc') && basename(path) !== 'win_delay_load_hook.cc',
    );
    expect(all(cmake, /^ {2}(native\/\S+\.cc)$/gm)).toEqual(everywhere.sort());
    expect(all(gyp, /"(native\/\S+\.cc)"/g)).toEqual(everywhere.sort());
  });

  test('define the same macros', () => {
    const block = /target_compile_definitions\(winsspi PRIVATE([^)]*)\)/.exec(cmake)?.[1] as string;
    const gypBlock = /"defines": \[([^\]]*)\]/.exec(gyp)?.[1] as string;
    expect(all(gypBlock, /"([^"]+)"/g)).toEqual(block.trim().split(/\s+/).sort());
    expect(block).toContain('NAPI_VERSION=9');
  });

  test("the scripted provider's lists every source", () => {
    const sources = readdirSync(join(root, 'test/harness/provider')).filter((name) =>
      /\.cc$/.test(name),
    );
    expect(all(read('test/harness/provider/binding.gyp'), /"(\w+\.cc)"/g)).toEqual(sources.sort());
    expect(sources.length).toBeGreaterThan(20);
  });
});
