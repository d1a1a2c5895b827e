// npm run test:sanitizers: native/ under AddressSanitizer, UndefinedBehaviorSanitizer, LeakSanitizer and
// ThreadSanitizer, on Linux.
import { ensurePackages, sanitizerPackages } from '../test/harness/lab/packages.mjs';
import { runSanitizers } from '../test/harness/sanitizers/run.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { buildLibrary } from './library.mjs';
import { main } from './main.mjs';

await main(async () => {
  if (process.platform !== 'linux') throw new Error('The sanitizers need Linux.');
  ensureDependencies();
  ensureDependencies('test/harness/sanitizers');
  ensurePackages(sanitizerPackages);
  await buildLibrary();
  const { passed, failed, skipped } = await runSanitizers(console.log);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
});
