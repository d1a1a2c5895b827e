import { TestRunner } from 'vitest';
import type { Subject } from './subjects.js';

declare module 'vitest' {
  interface TaskMeta {
    proves?: readonly Subject[];
  }
}

/**
 * Says what the test proves when it passes, for docs/proofs.md. Only what it would fail without: a
 * test that merely comes past a function proves nothing of it.
 */
export function proves(...subjects: Subject[]): void {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error('proves() has its place in a test.');
  test.meta.proves = [...(test.meta.proves ?? []), ...subjects];
}
