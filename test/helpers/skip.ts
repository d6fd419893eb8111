import { TestRunner } from 'vitest';

/** Ends the running test as skipped, with the reason in the report. Outside a test the reason is thrown. */
export function skipTest(reason: string): never {
  const test = TestRunner.getCurrentTest();
  if (test !== undefined) test.context.skip(reason);
  throw new Error(`cannot be skipped outside a test: ${reason}`);
}
