import type { Connection } from '../connection.ts';
import { readPointValue } from '../numbers.ts';
import { chunkStore } from '../points/chunk-store.ts';
import { extremesOf, NO_EXTREMES } from '../points/extremes.ts';

/** Points in memory at a time. */
const BATCH = 8192;

/** Rows of the first schema's `points` become chunks; the extremes of each series are found on the way. */
export function pointsIntoChunks(db: Connection): void {
  const chunks = chunkStore(db);
  const series = db.prepare('SELECT id FROM series').pluck().all() as number[];
  const rows = db
    .prepare('SELECT step, timestamp_ms, value FROM points WHERE series = ? ORDER BY step, timestamp_ms, value LIMIT ? OFFSET ?')
    .raw();
  const setExtremes = db.prepare('UPDATE series SET min_value = ?, min_step = ?, max_value = ?, max_step = ? WHERE id = ?');
  for (const id of series) {
    let extremes = NO_EXTREMES;
    for (let offset = 0; ; offset += BATCH) {
      const found = rows.all(id, BATCH, offset) as [step: number, timestampMs: number, value: number | string][];
      if (found.length === 0) break;
      const points = {
        steps: found.map((row) => row[0]),
        timestampsMs: found.map((row) => row[1]),
        values: found.map((row) => readPointValue(row[2])),
      };
      chunks.append(id, points);
      extremes = extremesOf(points, extremes);
    }
    setExtremes.run(extremes.minValue, extremes.minStep, extremes.maxValue, extremes.maxStep, id);
  }
}
