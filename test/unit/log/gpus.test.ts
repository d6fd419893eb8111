import { expect, it } from 'vitest';
import { parseGpus } from '../../../src/runtime/system/sample-gpus.ts';

it('what a GPU does not tell is left out, and noise is no GPU', () => {
  expect(parseGpus('0, 10, 0, [N/A], 5, 0\nNVIDIA-SMI has failed\n\nx, 1, 2, 3, 4, 5\n')).toEqual({
    'system/gpu_0_memory_usage_megabytes': 10.486,
    'system/gpu_0_power_usage_watts': 5,
  });
  expect(parseGpus('')).toEqual({});
});
