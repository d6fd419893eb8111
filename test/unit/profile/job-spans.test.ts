import { afterEach, expect, it } from 'vitest';
import { runJob, type Thread } from '../../../src/cache/workers/run-job.ts';
import { startTracing, stopTracing } from '../../../src/fs/trace.ts';

afterEach(() => void stopTracing());

it('the span of a check of loose objects names their folder, whatever its letters', () => {
  startTracing();
  // A check reads by path alone, and asks the thread for nothing.
  runJob({} as Thread, { kind: 'check-loose', folder: '/tést ü/日本', digests: [] });
  expect(stopTracing()[0]?.spans.map((span) => span.name)).toEqual(['check-loose /tést ü/日本']);
});
