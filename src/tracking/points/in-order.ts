import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { decodeChunk } from './chunk-store.ts';
import { comparePoints, concatenate, sortedOnce, type PointColumns } from './columns.ts';

interface ChunkPlace {
  readonly id: number;
  readonly points: number;
  readonly first: number;
  readonly last: number;
}

/** A chunk with its smallest point, as columns of length one. */
interface StartingChunk {
  readonly id: number;
  readonly points: number;
  readonly start: PointColumns;
}

/**
 * All points of a series by step, time and value, each once, in pieces. Chunks are decoded when their turn comes: only those
 * that overlap are in memory together, so a series that was logged in order takes the memory of a chunk or two.
 */
export function* pointsInOrder(db: Connection, series: number): Generator<PointColumns> {
  const read = prepared(db, 'SELECT data FROM chunks WHERE id = ?').pluck();
  const load = (chunk: { readonly id: number; readonly points: number }): PointColumns => {
    const data = read.get(chunk.id) as Uint8Array | undefined;
    if (data === undefined) throw new Error(`chunk ${chunk.id} of series ${series} vanished within one transaction`);
    return decodeChunk(db, { id: chunk.id, points: chunk.points, data });
  };
  const chunks = inOrderOfStart(db, series, load);
  let pending: PointColumns[] = [];
  let smallest: PointColumns | undefined;
  for (const [at, chunk] of chunks.entries()) {
    pending.push(load(chunk));
    if (smallest === undefined || comparePoints(chunk.start, 0, smallest, 0) < 0) smallest = chunk.start;
    const next = chunks[at + 1]?.start;
    // Nothing that is pending comes before the next chunk: sorting would be in vain.
    if (next !== undefined && comparePoints(smallest, 0, next, 0) >= 0) continue;
    const sorted = sortedOnce(concatenate(pending));
    const end = next === undefined ? sorted.steps.length : countBefore(sorted, next);
    if (end > 0) yield part(sorted, 0, end);
    const rest = part(sorted, end, sorted.steps.length);
    pending = rest.steps.length === 0 ? [] : [rest];
    smallest = rest.steps.length === 0 ? undefined : part(rest, 0, 1);
  }
}

/** The same points, exactly `size` a piece, but for the last. */
export function* inPieces(points: Iterable<PointColumns>, size: number): Generator<PointColumns> {
  let waiting: PointColumns[] = [];
  let count = 0;
  for (const piece of points) {
    waiting.push(piece);
    count += piece.steps.length;
    if (count < size) continue;
    const all = concatenate(waiting);
    let from = 0;
    for (; count - from >= size; from += size) yield part(all, from, from + size);
    waiting = from === count ? [] : [part(all, from, count)];
    count -= from;
  }
  if (count > 0) yield concatenate(waiting);
}

function inOrderOfStart(db: Connection, series: number, load: (chunk: ChunkPlace) => PointColumns): readonly StartingChunk[] {
  const found = prepared(db, 'SELECT id, points, first_step AS first, last_step AS last FROM chunks WHERE series = ?').all(
    series,
  ) as ChunkPlace[];
  // Here, and not in the query: most series have one chunk.
  const places = found.toSorted((a, b) => a.first - b.first || a.id - b.id);
  const overlaps = places.some(({ first }, at) => at > 0 && first <= (places[at - 1] as ChunkPlace).last);
  const starts = places.map((place) => ({
    id: place.id,
    points: place.points,
    start: overlaps ? smallestOf(load(place)) : { steps: [place.first], timestampsMs: [-Infinity], values: [Number.NaN] },
  }));
  return overlaps ? starts.sort((a, b) => comparePoints(a.start, 0, b.start, 0)) : starts;
}

function smallestOf(points: PointColumns): PointColumns {
  let best = 0;
  for (let each = 1; each < points.steps.length; each += 1) if (comparePoints(points, each, points, best) < 0) best = each;
  return {
    steps: [points.steps[best] as number],
    timestampsMs: [points.timestampsMs[best] as number],
    values: [points.values[best] as number],
  };
}

function countBefore(points: PointColumns, limit: PointColumns): number {
  let [low, high] = [0, points.steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePoints(points, middle, limit, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function part(points: PointColumns, from: number, to: number): PointColumns {
  const column = (values: ArrayLike<number>): Float64Array =>
    values instanceof Float64Array
      ? values.subarray(from, to)
      : Float64Array.from({ length: to - from }, (_, at) => values[from + at] as number);
  return { steps: column(points.steps), timestampsMs: column(points.timestampsMs), values: column(points.values) };
}
