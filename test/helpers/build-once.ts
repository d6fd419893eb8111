import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `dist` is what the sources say. */
    isBuilt: boolean;
  }
}

/**
 * Builds the bundle before the first test, so that the tests that start the real binary do not all wait for it.
 * Sources that do not build are their finding: the launcher says what is wrong, and unit tests run all the same.
 */
export default function setup(project: TestProject): void {
  project.provide('isBuilt', build());
  project.onTestsRerun(() => project.provide('isBuilt', build()));
}

function build(): boolean {
  return spawnSync(process.execPath, [fileURLToPath(new URL('../../bin/build.js', import.meta.url))], { stdio: 'ignore' }).status === 0;
}
