import { beforeAll, describe, expect, test } from 'vitest';
import { lab } from '../harness/support/lab.js';
import { runCase } from './bench/case.js';

// No times, for machines differ and others work on them too: counts, and what was measured side by side
// in one process. The bounds are about three times what is reached: `npm run bench` tells the rest.

const quietHeap = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

describe.skipIf(!lab)('a message of 64 bytes', () => {
  let calls: Record<string, number>;

  beforeAll(async () => {
    calls = await runCase<Record<string, number>>('guard');
  });

  test('that wrapInto seals allocates nothing', async () => {
    const allocated = await runCase<Record<string, number>>('allocations', ...quietHeap);
    expect(allocated.calibration).toBeGreaterThan(30);
    expect(allocated.wrapInto).toBe(0);
  });

  test.each([
    ['wrap', 90],
    ['unwrap', 70],
    ['wrapInto', 70],
    ['encryptMessage', 90],
    ['sign', 180],
    ['verify', 110],
  ])('costs %s not more above the package than %d empty calls of an addon', (operation, most) => {
    expect(calls[operation]).toBeLessThan(most);
    expect(calls[operation]).toBeGreaterThan(1);
  });
});
