import { defineConfig, mergeConfig } from 'vitest/config';
import project from '../../../vitest.config.mts';

const { test, ...rest } = project;

// In threads of one process, whose environments come to their end: what is left then was lost.
export default mergeConfig(
  rest,
  defineConfig({
    test: {
      ...test,
      include: [
        'test/api/{addon,packages}.test.ts',
        'test/api/attributes/each-package.test.ts',
        'test/api/contexts/{channel-bindings,each-package,negotiate,refused-logons,state}.test.ts',
        'test/api/credentials/{identities,misuse}.test.ts',
        'test/api/messages/{arrays,async,bytes,each-package,misuse}.test.ts',
        'test/security/{garbage,garbage-from-peers}.test.ts',
        'test/harness/sanitizers/*.case.ts',
      ],
      pool: 'threads',
      reporters: ['default', './test/harness/support/closing-line.ts'],
    },
  }),
);
