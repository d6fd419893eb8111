import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { damagedChunk, type ChunkPlace } from '../errors.ts';
import { concatenate, NO_POINTS, sortedOnce, type PointColumns } from './columns.ts';
import { decodePoints, encodePoints } from './encode.ts';

/** A chunk with fewer points takes more of them; one page of the database is about so many. */
const FULL_AT = 256;

/** Most points of one chunk: what a reader of a part of the series decodes in vain. */
const MOST_POINTS = 8192;

export interface ChunkStore {
  /** Adds points to the series; the caller has made sure that none of them is there. At least one. */
  append(series: number, points: PointColumns): void;
  /** Points in order, each once; of chunks that overlap the steps, where a range is given. @throws MLO_TRACKING where a chunk is damaged. */
  read(series: number, steps?: StepRange): PointColumns;
  /** The same, chunk by chunk in order of arrival, as they were written. */
  chunks(series: number, steps?: StepRange): Iterable<PointColumns>;
}

/** Both ends included. */
interface StepRange {
  readonly from: number;
  readonly to: number;
}

const ALL_STEPS: StepRange = { from: -Infinity, to: Infinity };

export interface ChunkRow {
  readonly id: number;
  readonly points: number;
  readonly data: Uint8Array;
}

export function chunkStore(db: Connection): ChunkStore {
  const last = db.prepare('SELECT id, points FROM chunks WHERE series = ? ORDER BY id DESC LIMIT 1');
  const insert = db.prepare('INSERT INTO chunks (series, points, first_step, last_step, data) VALUES (?, ?, ?, ?, ?)');
  const extend = db.prepare(
    `UPDATE chunks SET points = points + ?, first_step = min(first_step, ?), last_step = max(last_step, ?), data = CAST(data || ? AS BLOB)
     WHERE id = ?`,
  );
  const overlapping = db.prepare('SELECT id, points, data FROM chunks WHERE series = ? AND first_step <= ? AND last_step >= ? ORDER BY id');

  function* chunks(series: number, { from, to } = ALL_STEPS): Generator<PointColumns> {
    for (const row of overlapping.all(series, to, from) as ChunkRow[]) yield decodeChunk(db, row);
  }

  return {
    append(series, points) {
      const total = points.steps.length;
      const tail = last.get(series) as { id: number; points: number } | undefined;
      let from = 0;
      if (tail !== undefined && tail.points < FULL_AT) {
        from = Math.min(total, MOST_POINTS - tail.points);
        extend.run(from, ...stepRange(points, 0, from), encodePoints(points, 0, from), tail.id);
      }
      for (let to = from; from < total; from = to) {
        to = Math.min(total, from + MOST_POINTS);
        insert.run(series, to - from, ...stepRange(points, from, to), encodePoints(points, from, to));
      }
    },
    read(series, range) {
      const parts = [...chunks(series, range)];
      return parts.length === 0 ? NO_POINTS : sortedOnce(concatenate(parts));
    },
    chunks,
  };
}

/** @throws MLO_TRACKING where the bytes are not those that were written. */
export function decodeChunk(db: Connection, { id, points, data }: ChunkRow): PointColumns {
  try {
    return decodePoints(data, points);
  } catch (error) {
    if (error instanceof RangeError) throw damagedChunk(db.name, describeChunk(db, id), error);
    throw error;
  }
}

/** Where the chunk belongs to. */
function describeChunk(db: Connection, chunk: number): ChunkPlace {
  const owner = db.prepare(
    'SELECT r.id AS run, n.name AS metric FROM chunks c JOIN series s ON s.id = c.series JOIN runs r ON r.seq = s.run JOIN names n ON n.id = s.name WHERE c.id = ?',
  );
  return { chunk, ...(owner.get(chunk) as { run: RunId; metric: string } | undefined) };
}

function stepRange({ steps }: PointColumns, from: number, to: number): [first: number, last: number] {
  let first = Infinity;
  let last = -Infinity;
  for (let each = from; each < to; each += 1) {
    const step = steps[each] as number;
    if (step < first) first = step;
    if (step > last) last = step;
  }
  return [first, last];
}
