// Makes the checkout ready to run: what a fresh clone lacks is installed and built.
import { buildAddon, isCurrent } from './addon.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { buildLibrary } from './library.mjs';

/** Installs the npm packages, compiles lib/, and builds the addon if its sources are newer. */
export async function prepare() {
  ensureDependencies();
  await buildLibrary();
  if (!isCurrent()) buildAddon();
}
