// lib/ to dist/.
import { rmSync, writeFileSync } from 'node:fs';
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
  await bundle('index');
  await bundle('http/index');
}

async function bundle(name) {
  // Installed by now.
  const { build } = await import('rolldown');
  const { output } = await build({
    input: `lib/${name}.ts`,
    platform: 'node',
    transform: { target: 'node22.12' },
    external: [/\.node$/, /^\.\.\/index\.js$/],
    output: {
      file: `dist/${name}.js`,
      format: 'cjs',
      exports: 'named',
      generatedCode: { symbols: false },
      strict: true,
      comments: false, // The declarations have them.
      sourcemap: true,
    },
    logLevel: 'warn',
  });
  writeFileSync(`dist/${name}.mjs`, forImport(output[0].exports));
}

/**
 * The same module for import: one copy of every class, whichever way it was loaded. Node would look for
 * the names in all of the code, and this takes longer than to run it; so they are listed.
 */
function forImport(names) {
  return [
    "import { createRequire } from 'node:module';",
    "const module = createRequire(import.meta.url)('./index.js');",
    ...names.map((name) => `export const ${name} = module.${name};`),
    '',
  ].join('\n');
}
