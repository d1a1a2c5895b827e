// npm run build: lib/ to dist/, native/ to prebuilds/.
import { buildAddon } from './addon.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { buildLibrary } from './prepare.mjs';

ensureDependencies();
buildLibrary();
const { sha256, toolchain } = buildAddon();
console.log(`SHA-256 ${sha256}\n${toolchain}`);
