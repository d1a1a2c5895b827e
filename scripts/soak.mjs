// npm run soak [-- --share SHARE STAGE…]: whether anything grows in a long run, in the lab.
import { runInLab } from '../test/harness/lab/lab.mjs';
import { main } from './main.mjs';
import { prepare } from './prepare.mjs';

await main(async () => {
  await prepare();
  // One arena of the C library's: in many, what is freed stays apart, and grows with the threads.
  const env = { MALLOC_ARENA_MAX: '1' };
  return runInLab({ args: ['test/harness/soak/run.mjs', ...process.argv.slice(2)], env });
});
