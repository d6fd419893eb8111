import { openTracking } from '../../../src/tracking/open.ts';

/** `node shared-writer.ts <path> <own run> <shared run> <number> <writers> <points> <batch>`: a commit for each batch. */
const [path, own, shared, ...numbers] = process.argv.slice(2) as [string, string, string, ...string[]];
const [number, writers, count, batch] = numbers.map(Number) as [number, number, number, number];
const tracking = openTracking({ path });
tracking.startRun({ id: own, name: `writer ${number}`, startedMs: Date.now() });
for (let from = 0; from < count; from += batch) {
  const steps = Array.from({ length: batch }, (_, each) => from + each);
  tracking.logMetrics(
    own,
    steps.map((step) => ({ name: 'own', value: step / 7, step, timestampMs: 1_000 + step })),
  );
  tracking.logMetrics(
    shared,
    steps.map((step) => ({ name: 'shared', value: step, step: step * writers + number, timestampMs: 1_000 + step })),
  );
  tracking.flush();
}
tracking.finishRun(own, { status: 'FINISHED', endedMs: Date.now() });
tracking.close();
