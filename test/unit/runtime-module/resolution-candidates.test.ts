import { expect, it } from 'vitest';
import { resolutionCandidates, typescriptCandidates } from '../../../src/runtime/module/resolution-candidates.ts';

it('a path without extension may mean TypeScript beside it or in a folder, one with the extension of compiled code its source', () => {
  expect(typescriptCandidates('/p/h')).toEqual(['/p/h.ts', '/p/h.mts', '/p/h.cts', '/p/h/index.ts']);
  expect(typescriptCandidates('/p/k.js')).toEqual(['/p/k.ts']);
  expect(typescriptCandidates('/p/k.mjs')).toEqual(['/p/k.mts']);
  expect(typescriptCandidates('/p/config.prod')[0]).toBe('/p/config.prod.ts');
});

it('what Node looks for comes first, and require looks for more than import', () => {
  expect(resolutionCandidates('/p/h', false).slice(0, 2)).toEqual(['/p/h', '/p/h.ts']);
  expect(resolutionCandidates('/p/h', true).slice(0, 5)).toEqual(['/p/h', '/p/h.js', '/p/h.json', '/p/h.node', '/p/h/package.json']);
});
