import { constants, PerformanceObserver } from 'node:perf_hooks';
import { cachedDataVersionTag } from 'node:v8';
import { expect, test, vi } from 'vitest';
import { pieceIsUsed } from '../../../src/remote/s3/collect-pieces.ts';

const PIECE = 64 * 1024;
const flagsBefore = cachedDataVersionTag();

function usePieces(bytes: number): void {
  for (let used = 0; used < bytes; used += PIECE) pieceIsUsed(PIECE);
}

test('every 8 MiB of pieces the young generation is collected', async () => {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as typeof entry & { readonly detail: { readonly kind: number } };
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) collections += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  usePieces(256 * 1024 * 1024);
  await vi.waitFor(() => expect(collections).toBeGreaterThanOrEqual(32), { timeout: 20_000 });
  observer.disconnect();
});

test('code that is compiled afterwards is found in the compile cache by the next command', () => {
  usePieces(64 * 1024 * 1024);
  expect(cachedDataVersionTag()).toBe(flagsBefore);
});
