import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The package as its users get it.
    alias: {
      'winsspi/http': fileURLToPath(new URL('dist/http/index.mjs', import.meta.url)),
      winsspi: fileURLToPath(new URL('dist/index.mjs', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    includeTaskLocation: true, // the tests of one `each` have one
    // Loaded by Node itself, as its users do.
    server: { deps: { external: [/\/dist\//] } },
    pool: 'forks',
    maxWorkers: 2,
    reporters: [
      'default',
      './test/harness/proofs/reporter.ts',
      './test/harness/support/closing-line.ts',
    ],
    // Far more than any takes, so that a busy machine fails none.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
