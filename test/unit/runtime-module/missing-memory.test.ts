import { expect, it } from 'vitest';
import { missingMemory } from '../../../src/runtime/module/missing-memory.ts';

it.each([
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'heap'],
  ['FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory', 'heap'],
  ['FATAL ERROR: NewSpace::EnsureCurrentCapacity Allocation failed - JavaScript heap out of memory', 'system'],
  ['FATAL ERROR: Committing semi space failed. Allocation failed - JavaScript heap out of memory', 'system'],
  ['FATAL ERROR: Zone Allocation failed - process out of memory', 'system'],
  ["terminate called after throwing an instance of 'std::bad_alloc'", 'system'],
  ['double free or corruption (!prev)', undefined],
])('%s', (lastWords, of) => {
  expect(missingMemory(lastWords)).toBe(of);
});
