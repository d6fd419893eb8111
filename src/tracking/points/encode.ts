import { crc32 } from 'node:zlib';
import type { PointColumns } from './columns.ts';
import { MOST_VARINT_BYTES, VarintReader, writeVarint } from './varint.ts';

const VALUE_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** What a point takes at most, with its share of a segment: the shortest segment is one point, a count of one byte and a checksum. */
const MOST_POINT_BYTES = 2 * MOST_VARINT_BYTES + VALUE_BYTES + 1 + CHECKSUM_BYTES;

/** A point takes at least one byte for its step and one for its time. */
const FEWEST_POINT_BYTES = VALUE_BYTES + 2;

/**
 * One segment of `chunks.data`, which is any number of them one after the other, in order of arrival:
 * number of points n; n steps; n times (Unix ms); n values; checksum. Steps and times are varints (varint.ts), the first as
 * it is, each other as the difference from the one before. Values are IEEE 754 doubles, little-endian. The checksum is the CRC-32 of zlib
 * over the bytes of the segment before it, little-endian.
 */
export function encodePoints(points: PointColumns, from = 0, to = points.steps.length): Uint8Array {
  const bytes = new Uint8Array((to - from) * MOST_POINT_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let start = from; start < to;) {
    const end = endOfSegment(points, start, to);
    const segment = at;
    at = writeVarint(bytes, at, end - start);
    at = writeColumn(bytes, at, points.steps, start, end);
    at = writeColumn(bytes, at, points.timestampsMs, start, end);
    for (let each = start; each < end; each += 1, at += VALUE_BYTES) view.setFloat64(at, points.values[each] as number, true);
    view.setUint32(at, crc32(bytes.subarray(segment, at)), true);
    at += CHECKSUM_BYTES;
    start = end;
  }
  return bytes.slice(0, at);
}

/** A difference that is no safe integer would not come back exactly: there a new segment starts. */
function endOfSegment({ steps, timestampsMs }: PointColumns, start: number, to: number): number {
  for (let each = start + 1; each < to; each += 1) {
    const step = (steps[each] as number) - (steps[each - 1] as number);
    const time = (timestampsMs[each] as number) - (timestampsMs[each - 1] as number);
    if (!Number.isSafeInteger(step) || !Number.isSafeInteger(time)) return each;
  }
  return to;
}

function writeColumn(bytes: Uint8Array, start: number, column: ArrayLike<number>, from: number, to: number): number {
  let at = start;
  let before = 0;
  for (let each = from; each < to; each += 1) {
    const value = column[each] as number;
    at = writeVarint(bytes, at, value - before);
    before = value;
  }
  return at;
}

/** @throws RangeError where the bytes are not whole, unchanged segments with `count` points. */
export function decodePoints(bytes: Uint8Array, count: number): PointColumns {
  if (count * FEWEST_POINT_BYTES > bytes.length) throw new RangeError(`${bytes.length} bytes cannot hold ${count} points`);
  const points = { steps: new Float64Array(count), timestampsMs: new Float64Array(count), values: new Float64Array(count) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new VarintReader(bytes, 0);
  let done = 0;
  while (reader.at < bytes.length) {
    const segment = reader.at;
    const length = reader.next();
    if (length < 1 || done + length > count) throw new RangeError(`the chunk has more points than ${count}`);
    readColumn(reader, points.steps, done, length);
    readColumn(reader, points.timestampsMs, done, length);
    for (let each = done; each < done + length; each += 1, reader.at += VALUE_BYTES) points.values[each] = view.getFloat64(reader.at, true);
    if (view.getUint32(reader.at, true) !== crc32(bytes.subarray(segment, reader.at))) throw new RangeError('the checksum does not fit');
    reader.at += CHECKSUM_BYTES;
    done += length;
  }
  if (done !== count) throw new RangeError(`the chunk has ${done} points, not ${count}`);
  return points;
}

function readColumn(reader: VarintReader, column: Float64Array, from: number, length: number): void {
  let value = 0;
  for (let each = from; each < from + length; each += 1) {
    value += reader.next();
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no step and no time`);
    column[each] = value;
  }
}
