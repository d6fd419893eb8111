import { openTracking } from '../../../src/tracking/open.ts';

/**
 * A process that writes to a database until it is done or killed:
 * `node writer-process.ts <path> <run id> <points> <batch> [hang]`. With `hang` it leaves its run open and waits.
 */
const [path, id, count, batch, hang] = process.argv.slice(2) as [string, string, string, string, string?];
const tracking = openTracking({ path });
tracking.startRun({ id, name: `writer ${id.slice(0, 4)}`, startedMs: Date.now(), params: { batch: Number(batch) } });
for (let step = 0; step < Number(count); step += Number(batch)) {
  const points = Array.from({ length: Number(batch) }, (_, index) => ({
    name: 'loss',
    value: (step + index) / 7,
    step: step + index,
    timestampMs: 1_000 + step,
  }));
  tracking.logMetrics(id, points);
  tracking.logMetrics(
    id,
    points.map((point) => ({ ...point, name: `shared-${point.step % 3}` })),
  );
  tracking.flush();
  process.stdout.write(`${step + Number(batch)}\n`);
}
if (hang !== undefined) {
  setInterval(() => {}, 1_000);
} else {
  tracking.finishRun(id, { status: 'FINISHED', endedMs: Date.now() });
  tracking.close();
}
