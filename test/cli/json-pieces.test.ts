import { expect, it } from 'vitest';
import { toJson } from '../../src/cli/envelope.ts';
import { jsonPieces } from '../../src/cli/json-pieces.ts';
import { fc } from '../helpers/properties.ts';

/** Longer than what is written in one go. */
const LONG = Array.from({ length: 1_500 }, (_, index) => ({ path: `f${index}\n"`, size: index, list: [index, {}], durationMs: index / 7 }));

function lazily(list: readonly unknown[]): Iterable<unknown> & { readonly length: number } {
  return { length: list.length, [Symbol.iterator]: () => list[Symbol.iterator]() };
}

function text(value: unknown, indent: number): string {
  return [...jsonPieces(value, indent)].join('');
}

const plain = fc.anything({
  withBigInt: true,
  withTypedArray: true,
  key: fc.oneof(fc.string(), fc.constantFrom('waitMs', 'toString', '0')),
});
const anything = fc.oneof(
  plain,
  fc.array(plain).map((list) => new Set(list)),
  fc.dictionary(fc.string(), plain).map((record) => new Map(Object.entries(record))),
);

it.each([0, 2])('pieces are the text of the whole, a long list among it or not, indented by %i', (indent) => {
  fc.assert(
    fc.property(anything, anything, fc.boolean(), (first, second, isLong) => {
      const value = { first, data: { inner: [{ second, list: isLong ? LONG : [] }] }, none: undefined, spentMs: 1.23456 };
      expect(text(value, indent)).toBe(`${toJson(value, indent)}\n`);
    }),
    { numRuns: 50 },
  );
});

it.each([0, 2])('a list that is made while it is read is written like an array, empty ones too, indented by %i', (indent) => {
  for (const list of [[], [1.5, 'a\nb', null], LONG]) {
    const data = { lazily: lazily(list), more: [{ changes: lazily(list) }], empty: {} };
    expect(text({ data }, indent)).toBe(`${toJson({ data: { lazily: list, more: [{ changes: list }], empty: {} } }, indent)}\n`);
  }
});

it('no piece of a long list is long', () => {
  const pieces = [...jsonPieces({ data: { changes: LONG } }, 2)];
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(200);
});
