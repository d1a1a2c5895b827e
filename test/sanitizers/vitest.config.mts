import { defineConfig, mergeConfig } from 'vitest/config';
import project from '../../vitest.config.mts';

const { test, ...rest } = project;

// In threads of one process, whose environments come to their end: what is left then was lost.
export default mergeConfig(
  rest,
  defineConfig({
    test: {
      ...test,
      include: [
        'test/families/!(dce-style|kerberos-messages).test.ts',
        'test/integration/{async,context,credentials,garbage,message,message-misuse,packages}.test.ts',
        'test/native/binding.test.ts',
        'test/sanitizers/*.case.ts',
      ],
      pool: 'threads',
      reporters: ['default', './test/support/closing-line.ts'],
    },
  }),
);
