// Makes the checkout ready to run: what a fresh clone lacks is installed and built.
import { rmSync } from 'node:fs';
import { buildAddon, isCurrent } from './addon.mjs';
import { ensureDependencies, runPackage } from './dependencies.mjs';

/** Installs the npm packages, compiles lib/, and builds the addon if its sources are newer. */
export function prepare() {
  ensureDependencies();
  buildLibrary();
  if (!isCurrent()) buildAddon();
}

/** Compiles lib/ to dist/, and leaves nothing there of a file that has gone. */
export function buildLibrary() {
  rmSync('dist', { recursive: true, force: true });
  runPackage('typescript/bin/tsc', ['--project', '.']);
}
