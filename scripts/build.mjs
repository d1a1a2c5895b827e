// npm run build: lib/ to dist/, native/ to prebuilds/.
import { buildAddon } from './addon.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { buildLibrary } from './library.mjs';
import { main } from './main.mjs';

await main(async () => {
  ensureDependencies();
  await buildLibrary();
  const { sha256, toolchain } = buildAddon();
  console.log(`SHA-256 ${sha256}\n${toolchain}`);
});
