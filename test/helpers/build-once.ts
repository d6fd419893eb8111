import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { buildLine } from './line-bundle.ts';

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
export default async function setup(project: TestProject): Promise<void> {
  project.provide('isBuilt', await build());
  project.onTestsRerun(async () => project.provide('isBuilt', await build()));
}

async function build(): Promise<boolean> {
  const script = fileURLToPath(new URL('../../bin/build.js', import.meta.url));
  if (spawnSync(process.execPath, [script], { stdio: 'ignore' }).status !== 0) return false;
  return await buildLine().then(
    () => true,
    () => false,
  );
}
