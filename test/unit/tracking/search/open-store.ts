import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseFilter } from '../../../../src/core/search/parse-filter.ts';
import { parseOrder } from '../../../../src/core/search/parse-order.ts';
import { openTracking } from '../../../../src/tracking/open.ts';
import type { RunPage, RunSearch } from '../../../../src/tracking/search/types.ts';
import type { Tracking } from '../../../../src/tracking/types.ts';

/** An empty store, closed and removed when the test ends. */
export function openStore(): { readonly tracking: Tracking; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mlo-search-'));
  const path = join(folder, 'tracking.db');
  const tracking = openTracking({ path });
  onTestFinished(() => {
    tracking.close();
    rmSync(folder, { recursive: true });
  });
  return { tracking, path };
}

export function pageOf(tracking: Tracking, filter: string, orderBy = '', more: Partial<RunSearch> = {}): RunPage {
  const parsed = parseFilter(filter);
  return tracking.search({
    ...(parsed === undefined ? {} : { filter: parsed }),
    orderBy: parseOrder(orderBy),
    limit: 100,
    nowMs: 1_000_000,
    ...more,
  });
}

/** Names of the runs that a search finds. */
export function namesOf(tracking: Tracking, filter: string, orderBy = '', more: Partial<RunSearch> = {}): readonly string[] {
  return pageOf(tracking, filter, orderBy, more).runs.map((run) => run.name);
}
