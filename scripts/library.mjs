// lib/ to dist/.
import { rmSync } from 'node:fs';
import { runPackage } from './dependencies.mjs';

const entries = ['index', 'http/index'];

/**
 * Compiles lib/ to dist/, and leaves nothing there of a file that has gone. The declarations stay as
 * many as the sources; the code is bundled, for each file costs the import of the package a millisecond.
 */
export async function buildLibrary() {
  rmSync('dist', { recursive: true, force: true });
  runPackage('typescript/bin/tsc', ['--project', '.']);
  await bundle('.ts', {
    format: 'cjs',
    entryFileNames: '[name].js',
    // As deep as lib/internal, whose paths of the addons it has.
    chunkFileNames: 'internal/core.js',
    codeSplitting: { groups: [{ name: 'core', test: /[\\/]lib[\\/](?!http[\\/])/ }] },
    generatedCode: { symbols: false },
    strict: true,
    comments: false, // The declarations have them.
    sourcemap: true,
  });
  await bundle('.mts', { format: 'esm', entryFileNames: '[name].mjs' });
}

/** The code of the entries that have this extension. */
async function bundle(extension, output) {
  // Installed by now.
  const { build } = await import('rolldown');
  await build({
    input: Object.fromEntries(entries.map((name) => [name, `lib/${name}${extension}`])),
    platform: 'node',
    transform: { target: 'node22.12' },
    // The addons, and the one module that import and require share.
    external: [/\.node$/, ...(extension === '.mts' ? [/\.js$/] : [])],
    output: { dir: 'dist', exports: 'named', ...output },
    logLevel: 'warn',
  });
}
