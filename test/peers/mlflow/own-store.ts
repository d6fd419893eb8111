import { parseFilter } from '../../../src/core/search/parse-filter.ts';
import { parseOrder } from '../../../src/core/search/parse-order.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import type { Search } from './questions.ts';
import type { PeerRun } from './world.ts';

/** Writes the runs under the ids that MLflow gave them: where all else is equal, the id decides the order. */
export function writeRuns(path: string, runs: readonly PeerRun[], ids: { readonly [run: string]: string }): Tracking {
  for (const run of runs) {
    const tracking = openTracking({ path, user: run.user });
    writeRun(tracking, run, ids);
    tracking.close();
  }
  return openTracking({ path });
}

function writeRun(tracking: Tracking, run: PeerRun, ids: { readonly [run: string]: string }): void {
  const id = ids[run.name] as string;
  const { name, startedMs, params, tags } = run;
  tracking.startRun({ id, name, startedMs, params, tags, ...(run.parent === undefined ? {} : { parentId: ids[run.parent] as string }) });
  tracking.logMetrics(
    id,
    run.metrics.map(([metric, value, step, timestampMs]) => ({ name: metric, value: Number(value), step, timestampMs })),
  );
  tracking.logInputs(
    id,
    run.inputs.map((input) => ({ ...input, sourceType: 'local', source: '{}' })),
  );
  if (run.status !== 'RUNNING' && run.endedMs !== undefined) tracking.finishRun(id, { status: run.status, endedMs: run.endedMs });
}

/** Names of the runs, in order. @throws MLO_FILTER */
export function searchNames(tracking: Tracking, { filter, orderBy, view }: Search, ids: { readonly [run: string]: string }): string[] {
  const text = filter.replaceAll(/<([^>]+)>/g, (_, name: string) => ids[name] as string);
  const parsed = parseFilter(text);
  const order = parseOrder(orderBy.join(', '));
  const page = tracking.search({
    ...(parsed === undefined ? {} : { filter: parsed }),
    orderBy: order,
    view,
    limit: 1_000,
    nowMs: Date.now(),
  });
  return page.runs.map((run) => run.name);
}
