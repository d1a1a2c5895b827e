// npm run build: lib/ to dist/, native/ to prebuilds/.
import { buildAddon } from './addon.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { main } from './main.mjs';
import { buildLibrary } from './prepare.mjs';

await main(() => {
  ensureDependencies();
  buildLibrary();
  const { sha256, toolchain } = buildAddon();
  console.log(`SHA-256 ${sha256}\n${toolchain}`);
});
