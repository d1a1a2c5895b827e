import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
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

  test('only the files of flags and the list of exports know the ISC_REQ and ASC_REQ constants', () => {
    const users = ring3.filter((path) => /\b[IA]SC_REQ_/.test(read(path)));
    expect(users.sort()).toEqual(['lib/flag-bits.ts', 'lib/flags.ts', 'lib/index.ts']);
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
    expect([...names].sort()).toEqual([
      ...['errors/usage-error.js', 'flags.js', 'index.js', 'options.js', 'validate.js'],
    ]);
  });

  test('the library has no dependency', () => {
    expect(JSON.parse(read('package.json'))).not.toHaveProperty('dependencies');
    const modules = ring3.flatMap((path) =>
      [...read(path).matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]),
    );
    expect(modules.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });
});

// From the top. Each folder, and each file beside them, uses only what is on a lower floor, or files of its
// own; a floor of several has no order among them.
const floors = [
  ['index'],
  ['http'],
  ['accounts', 'packages', 'threads'],
  ['context'],
  ['credentials'],
  ['tracing'],
  ['message'],
  ['addon'],
  ['flags'],
  ['flag-bits', 'options'],
  ['validate'],
  ['bytes'],
  ['errors'],
];

// The same of lib/http: the files beside the folders are the lowest floor.
const httpFloors = [
  ['lib/http/index'],
  ['lib/http/frameworks', 'lib/http/undici'],
  ['lib/http/server', 'lib/http/client'],
];

const sources = ring3.filter((path) => /\.m?ts$/.test(path));

/** The files of lib that a file imports, types included. */
const importsOf = (path: string) =>
  [...read(path).matchAll(/(?:from|import) '(\.[^']+)'/g)].map((match) =>
    posix.join(posix.dirname(path), (match[1] as string).replace(/\.(m?)js$/, '.$1ts')),
  );

describe('the floors of lib', () => {
  const unitOf = (path: string) => path.split('/')[1]?.replace(/\.m?ts$/, '') as string;
  const floorOf = (path: string) => floors.findIndex((units) => units.includes(unitOf(path)));
  // The protocols stand on the public API: lib/index.ts.
  const isAllowed = (from: string, to: string) =>
    unitOf(from) === unitOf(to) || floorOf(to) > floorOf(from) || isUseOfTheApi(from, to);
  const isUseOfTheApi = (from: string, to: string) =>
    unitOf(from) === 'http' && to === 'lib/index.ts';

  test('every file has one', () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.filter((path) => floorOf(path) < 0)).toEqual([]);
  });

  test('each uses only those below it', () => {
    const upwards = sources.flatMap((path) =>
      importsOf(path)
        .filter((imported) => !isAllowed(path, imported))
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(upwards).toEqual([]);
  });

  test('of lib/http too: server and client know nothing of each other', () => {
    const unit = (path: string) =>
      path
        .split('/')
        .slice(0, 3)
        .join('/')
        .replace(/\.m?ts$/, '');
    const floor = (path: string) => {
      const found = httpFloors.findIndex((units) => units.includes(unit(path)));
      return found < 0 ? httpFloors.length : found;
    };
    const inside = sources.filter((path) => path.startsWith('lib/http/'));
    const wrong = inside.flatMap((path) =>
      importsOf(path)
        .filter((imported) => imported.startsWith('lib/http/'))
        .filter((to) => floor(to) <= floor(path) && unit(to) !== unit(path))
        .filter((to) => floor(to) < httpFloors.length)
        .map((to) => `${path} imports ${to}`),
    );
    expect(inside.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  test('no file imports another in a circle', () => {
    const circular = sources.filter((path) => reachedFrom(path).has(path));
    expect(circular).toEqual([]);
  });

  /** All files that a file imports, and those that these import. */
  function reachedFrom(path: string): Set<string> {
    const reached = new Set<string>();
    const open = [path];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const imported of importsOf(next)) {
        if (reached.has(imported)) continue;
        reached.add(imported);
        open.push(imported);
      }
    }
    return reached;
  }
});

describe('the two build descriptions', () => {
  const cmake = read('CMakeLists.txt');
  const gyp = read('binding.gyp');
  const all = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map((match) => match[1] as string).sort();

  test('take their sources from one list, which has every source', () => {
    const everywhere = native.filter(
      (path) => path.endsWith('.cc') && basename(path) !== 'win_delay_load_hook.cc',
    );
    const list = read('native/sources.txt');
    expect(list).toBe(`${everywhere.sort().join('\n')}\n`);
    expect(cmake).toContain('file(STRINGS native/sources.txt sources)\n');
    const script = /"sources": \["<!@\(node -p \\"(.*)\\"\)"\]/.exec(gyp)?.[1] as string;
    const printed = execFileSync(process.execPath, ['-p', script], { cwd: root, encoding: 'utf8' });
    expect(printed.trim().split(/\s+/)).toEqual(everywhere);
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
