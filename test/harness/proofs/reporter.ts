import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { needsDomain } from '../support/lab.js';
import type { Subject } from './subjects.js';
import { type Proof, tableOf, unproved } from './table.js';

const path = fileURLToPath(new URL('../../../docs/proofs.md', import.meta.url));

/**
 * Writes docs/proofs.md after a run of every test, in the lab, that had no failure. Fails the run
 * where a subject has no proof. scripts/test.mjs compares the file with what it was.
 */
export default class ProofsReporter implements Reporter {
  #vitest: Vitest | undefined;
  #whole = false;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  /** Whether no test is left out by its file or by its name. */
  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const vitest = this.#vitest as Vitest;
    const { testNamePattern, tagsFilter } = vitest.config;
    const every = await vitest.globTestSpecifications();
    const filtered = testNamePattern !== undefined || tagsFilter !== undefined;
    this.#whole = !filtered && specifications.length === every.length;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const passed = errors.length === 0 && modules.every((module) => module.ok());
    if (!passed || !this.#whole || !process.env.WINSSPI_LAB) return;
    const proofs = proofsOf(modules);
    writeIfChanged(tableOf(proofs));
    const missing = unproved(proofs);
    if (missing.length === 0) return;
    console.error(
      `\nNo test that passed proves these subjects of test/harness/proofs: ${missing.join(', ')}.\n` +
        'Say so in the test that does, with proves(), or say in "onWindows" why there is none.',
    );
    process.exitCode = 1;
  }
}

function proofsOf(modules: readonly TestModule[]): Map<Subject, Proof[]> {
  const proofs = new Map<Subject, Proof[]>();
  const sorted = modules.toSorted((a, b) => (a.relativeModuleId < b.relativeModuleId ? -1 : 1));
  for (const module of sorted) {
    for (const test of module.children.allTests('passed')) {
      const line = test.location?.line ?? 0;
      const proof = { file: module.relativeModuleId, line, name: nameOf(test) };
      for (const subject of new Set(test.meta().proves)) {
        proofs.set(subject, [...(proofs.get(subject) ?? []), proof]);
      }
    }
  }
  return proofs;
}

/** With the names of what it stands in. That there is a lab goes without saying here. */
function nameOf(test: TestCase): string {
  return test.fullName.replaceAll(` (${needsDomain})`, '');
}

function writeIfChanged(text: string): void {
  let before: string | undefined;
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    // There is none yet.
  }
  if (text !== before) writeFileSync(path, text);
}
