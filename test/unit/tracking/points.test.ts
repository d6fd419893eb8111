import { describe, expect, it } from 'vitest';
import { comparePoints, sortedOnce, type PointColumns } from '../../../src/tracking/points/columns.ts';
import { decodePoints, encodePoints } from '../../../src/tracking/points/encode.ts';
import { extremesOf } from '../../../src/tracking/points/extremes.ts';
import { VarintReader, writeVarint } from '../../../src/tracking/points/varint.ts';
import { fc } from '../../helpers/properties.ts';

const EDGES = [
  0,
  -0,
  1,
  -1,
  63,
  64,
  -64,
  -65,
  2 ** 31,
  2 ** 49,
  -(2 ** 49) - 1,
  2 ** 51,
  -(2 ** 51),
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
];
const safe = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...EDGES), fc.integer({ min: -300, max: 300 }));
const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, Number.MIN_VALUE, Number.MAX_VALUE));
const columns = fc.array(fc.tuple(safe, safe, value), { maxLength: 60 }).map((points): PointColumns => ({
  steps: points.map((point) => point[0]),
  timestampsMs: points.map((point) => point[1]),
  values: points.map((point) => point[2]),
}));

/** -0 as a step or time is 0; as a value it stays what it is. */
function plain({ steps, timestampsMs, values }: PointColumns): unknown[][] {
  return Array.from({ length: steps.length }, (_, each) => [(steps[each] as number) + 0, (timestampsMs[each] as number) + 0, values[each]]);
}

describe('the points of a chunk', () => {
  it('are the bytes that docs/design.md shows', () => {
    const bytes = encodePoints({
      steps: [0, 1, 2],
      timestampsMs: [1_700_000_000_000, 1_700_000_000_040, 1_700_000_000_039],
      values: [1, 0.5, Number.NaN],
    });
    expect(Buffer.from(bytes).toString('hex').match(/../g)?.join(' ')).toBe(
      '06 00 02 02 80 a0 ab fe f9 62 50 01 00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 e0 3f 00 00 00 00 00 00 f8 7f 51 92 c6 f0',
    );
  });

  it('come back exactly, whatever steps, times and values they have', () => {
    fc.assert(
      fc.property(columns, (points) => {
        const back = decodePoints(encodePoints(points), points.steps.length);
        expect(plain(back)).toEqual(plain(points));
      }),
      { numRuns: 500 },
    );
  });

  it('come back from several segments one after the other, in order of arrival', () => {
    fc.assert(
      fc.property(columns, columns, (one, two) => {
        const bytes = Buffer.concat([encodePoints(one), encodePoints(two)]);
        expect(plain(decodePoints(bytes, one.steps.length + two.steps.length))).toEqual([...plain(one), ...plain(two)]);
      }),
    );
  });

  it('of a part of the columns are those of that part', () => {
    const points = { steps: [1, 2, 3, 4], timestampsMs: [10, 20, 30, 40], values: [1, 2, 3, 4] };
    expect(plain(decodePoints(encodePoints(points, 1, 3), 2))).toEqual(plain(points).slice(1, 3));
  });

  it('with any one byte changed are a RangeError', () => {
    const one = encodePoints({ steps: [0, 1, 300], timestampsMs: [1_700_000_000_000, 1_700_000_000_040, 1], values: [1, 0.5, Number.NaN] });
    const bytes = Buffer.concat([one, encodePoints({ steps: [-7], timestampsMs: [0], values: [-0] })]);
    expect(decodePoints(bytes, 4).steps).toHaveLength(4);
    for (let at = 0; at < bytes.length; at += 1) {
      for (let mask = 1; mask < 256; mask += 1) {
        bytes[at] = (bytes[at] as number) ^ mask;
        expect(() => decodePoints(bytes, 4), `byte ${at} changed by ${mask}`).toThrow(RangeError);
        bytes[at] = (bytes[at] as number) ^ mask;
      }
    }
  });

  it('come back where every point needs a segment of its own', () => {
    const steps = Array.from({ length: 40 }, (_, each) => (each % 2 === 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER));
    const points = { steps, timestampsMs: steps, values: steps };
    expect(plain(decodePoints(encodePoints(points), 40))).toEqual(plain(points));
  });

  it('that are damaged are a RangeError, or as many points as there should be, never anything else', () => {
    fc.assert(
      fc.property(columns, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.integer({ min: -40, max: 40 }), (points, at, byte, longer) => {
        const whole = encodePoints(points);
        const bytes = Buffer.alloc(Math.max(0, whole.length + longer), 0x81);
        bytes.set(whole.subarray(0, bytes.length));
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        try {
          expect(decodePoints(bytes, points.steps.length).steps).toHaveLength(points.steps.length);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['cut short', [1, 0, 0, 0, 0, 0], 1],
    ['a count that is too great', [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
    ['a count that is too small', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2],
    ['more points than bytes could hold', [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1e12],
    ['no points where one is promised', [], 1],
    ['a negative count', [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
    ['a step that is no safe integer', [1, 255, 255, 255, 255, 255, 255, 255, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
    ['a step without an end', [1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], 1],
  ])('with %s are a RangeError', (_, bytes, count) => {
    expect(() => decodePoints(Uint8Array.from(bytes), count)).toThrow(RangeError);
  });
});

describe('varints', () => {
  it('come back exactly and end where the next one starts', () => {
    fc.assert(
      fc.property(fc.array(safe, { minLength: 1 }), (numbers) => {
        const bytes = new Uint8Array(8 * numbers.length);
        let at = 0;
        for (const number of numbers) at = writeVarint(bytes, at, number);
        const reader = new VarintReader(bytes, 0);
        expect(numbers.map(() => reader.next() + 0)).toEqual(numbers.map((number) => number + 0));
        expect(reader.at).toBe(at);
      }),
      { numRuns: 500 },
    );
  });
});

describe('columns of points', () => {
  it('in order have each point once, NaN below every number, and 0 and -0 are one', () => {
    fc.assert(
      fc.property(columns, (points) => {
        const sorted = sortedOnce(points);
        for (let each = 1; each < sorted.steps.length; each += 1) expect(comparePoints(sorted, each - 1, sorted, each)).toBeLessThan(0);
        const keys = (of: PointColumns) => new Set(plain(of).map((point) => point.map((part) => String((part as number) + 0)).join()));
        expect(keys(sorted)).toEqual(keys(points));
        expect(sorted.steps).toHaveLength(keys(points).size);
      }),
    );
  });

  it('have as extremes the least and the greatest number with the first step that has it, batch by batch too', () => {
    fc.assert(
      fc.property(columns, columns, (one, two) => {
        const all = [...plain(one), ...plain(two)].filter((point) => !Number.isNaN(point[2])) as number[][];
        const found = extremesOf(two, extremesOf(one));
        const of = (wanted: number | undefined) => ({
          value: wanted,
          step:
            wanted === undefined ? undefined : Math.min(...all.filter((point) => point[2] === wanted).map((point) => point[0] as number)),
        });
        const values = all.map((point) => point[2] as number).toSorted((a, b) => a - b);
        const orNone = (number: number | null) => (number === null ? undefined : number + 0);
        const zero = (expected: ReturnType<typeof of>) => ({
          value: expected.value === undefined ? undefined : expected.value + 0,
          step: expected.step,
        });
        expect({ value: orNone(found.minValue), step: orNone(found.minStep) }).toEqual(zero(of(values[0])));
        expect({ value: orNone(found.maxValue), step: orNone(found.maxStep) }).toEqual(zero(of(values.at(-1))));
      }),
    );
  });
});
