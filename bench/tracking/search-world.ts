import { openTracking } from '../../src/tracking/open.ts';

/** Runs that are written at once: the queue of a handle is flushed after so many. */
const FLUSH_EVERY = 1_000;
const MODELS = ['small', 'medium', 'large', 'huge'];

export function idOfRun(index: number): string {
  return `${index.toString(16).padStart(8, '0')}${'b'.repeat(24)}`;
}

/** `count` finished runs with 10 params and 5 metrics each, started a second apart; values are spread evenly but in no order. */
export function writeRuns(path: string, count: number): void {
  const tracking = openTracking({ path });
  for (let index = 0; index < count; index += 1) {
    const id = idOfRun(index);
    const startedMs = 1_700_000_000_000 + index * 1_000;
    // Golden-ratio steps: every value once, no two neighbours alike.
    const spread = (index * 0.618_033_988_749_895) % 1;
    const params = {
      lr: [0.1, 0.03, 0.01, 0.003, 0.001][index % 5] as number,
      batch: 16 << (index % 4),
      model: MODELS[index % MODELS.length] as string,
      seed: index,
      dropout: (index % 7) / 10,
      epochs: 10 + (index % 3),
      optimizer: index % 2 === 0 ? 'adam' : 'sgd',
      augment: index % 3 === 0,
      layers: [64, 32, index % 9],
      'data.split': 0.8,
    };
    tracking.startRun({
      id,
      name: `run-${index}`,
      startedMs,
      stage: index % 10 === 0 ? 'evaluate' : 'train',
      params,
      tags: { kind: `k${index % 50}` },
    });
    const metrics = {
      acc: spread,
      loss: 1 - spread + (index % 11) / 100,
      val_acc: (spread * 7) % 1,
      val_loss: (spread * 13) % 1,
      seconds: index % 1_000,
    };
    tracking.logMetrics(
      id,
      Object.entries(metrics).map(([name, value]) => ({ name, value, step: 1, timestampMs: startedMs + 500 })),
    );
    tracking.finishRun(id, { status: index % 100 === 0 ? 'FAILED' : 'FINISHED', endedMs: startedMs + 60_000 });
    if (index % FLUSH_EVERY === 0) tracking.flush();
  }
  tracking.close();
}
