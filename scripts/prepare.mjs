// Makes the checkout ready to run: what a fresh clone lacks is installed and built.
import { buildAddon, isCurrent } from './addon.mjs';
import { ensureDependencies, runPackage } from './dependencies.mjs';

/** Installs the npm packages, compiles lib/, and builds the addon if its sources are newer. */
export function prepare() {
  ensureDependencies();
  buildLibrary();
  if (!isCurrent()) buildAddon();
}

/** Compiles lib/ to dist/. */
export function buildLibrary() {
  runPackage('typescript/bin/tsc', ['--project', '.']);
}
