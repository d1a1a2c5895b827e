// lib/ to dist/.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { runPackage } from './dependencies.mjs';

/**
 * Compiles lib/ to dist/, and leaves nothing there of a file that has gone. The declarations stay as
 * many as the sources; the code of each of the two modules is one file, for finding files is what the
 * import of a package takes longest for. They share the public API alone: the second has copies of the
 * validators.
 */
export async function buildLibrary() {
  rmSync('dist', { recursive: true, force: true });
  runPackage('typescript/bin/tsc', ['--project', '.']);
  await bundleLibrary('dist');
}

/** The code alone, without a check of its types. */
export async function bundleLibrary(folder) {
  await bundle('index', folder);
  await bundle('http/index', folder);
}

/** Finds the core from any folder of the protocols: it is beside theirs in dist/ too. */
function resolveCore(id, importer) {
  const isCore = importer && resolve(dirname(importer), id) === resolve('lib/index.js');
  return isCore ? { id: '../index.js', external: true } : null;
}

async function bundle(name, folder) {
  // Installed by now.
  const { build } = await import('rolldown');
  const { output } = await build({
    input: `lib/${name}.ts`,
    platform: 'node',
    transform: { target: 'node22.12' },
    external: [/\.node$/, '../index.js'], // the addons, and the core for the protocols
    plugins: name === 'index' ? [] : [{ name: 'core', resolveId: resolveCore }],
    output: {
      file: `${folder}/${name}.js`,
      format: 'cjs',
      exports: 'named',
      generatedCode: { symbols: false },
      strict: true,
      comments: false, // The declarations have them.
      sourcemap: true,
    },
    logLevel: 'warn',
  });
  const [{ exports: names, moduleIds }] = output;
  const copied = moduleIds.filter((id) => !belongs(name, relative('lib', id)));
  if (copied.length > 0) throw new Error(`${folder}/${name}.js would have a copy of ${copied}.`);
  if (names.includes('default')) throw new Error(`lib/${name}.ts must have no default export.`);
  writeFileSync(`${folder}/${name}.mjs`, forImport(names));
  writeFileSync(`${folder}/${name}.bundler.mjs`, forBundlers(names));
}

// What has state must be there once: of the core, the protocols may have copies of functions alone. What
// rolldown itself adds lies elsewhere.
function belongs(name, module) {
  const path = module.replaceAll('\\', '/');
  if (name === 'index' || path.startsWith('../')) return true;
  const shared =
    /^(bytes|flag-bits|flags|options|validate|errors\/(codes|suggestion|usage-error))\.ts$/;
  return path.startsWith('http/') || shared.test(path);
}

/**
 * The same module for import: one copy of every class, whichever way it was loaded. Node would look for
 * the names in all of the code, and this takes longer than to run it; so they are listed. They are
 * constants, all of them.
 */
function forImport(names) {
  return [
    "import { createRequire } from 'node:module';",
    "const module = createRequire(import.meta.url)('./index.js');",
    ...names.map((name) => `export const ${name} = module.${name};`),
    '',
  ].join('\n');
}

/** Once more for bundlers, which do not see what createRequire asks for. */
function forBundlers(names) {
  return `export { ${names.join(', ')} } from './index.js';\n`;
}
