import { describe, expect, it } from 'vitest';
import { COMPARED_BACKENDS, useBackend } from '../../helpers/tensorflow-backends.ts';
import type { Case } from './parity/case.ts';
import { computeCase, differences } from './parity/compare.ts';
import { CONVOLUTION_CASES } from './parity/convolutions.ts';
import { ELEMENTWISE_CASES } from './parity/elementwise.ts';
import { POOLING_CASES } from './parity/pooling.ts';
import { REDUCTION_CASES } from './parity/reductions.ts';
import { SHAPE_CASES } from './parity/shapes.ts';
import { TYPE_CASES } from './parity/types.ts';

const GROUPS: { readonly [group: string]: readonly Case[] } = {
  convolutions: CONVOLUTION_CASES,
  pooling: POOLING_CASES,
  'arithmetic, comparisons and casts': ELEMENTWISE_CASES,
  'products, reductions, norms and losses': REDUCTION_CASES,
  'shapes and indices': SHAPE_CASES,
  'integers, truths and nothing at all': TYPE_CASES,
};

describe.each(COMPARED_BACKENDS)('%s computes what cpu computes', (backend) => {
  describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
    const judged = cases.filter(({ except }) => except?.[backend] === undefined);
    it.each(judged.map((each) => [each.name, each] as const))('%s', async (name, each) => {
      const expected = computeCase(await useBackend('cpu'), each);
      const found = computeCase(await useBackend(backend), each);
      expect(differences(found, expected, each.tolerance ?? 1e-5), name).toEqual([]);
    });
  });
});
