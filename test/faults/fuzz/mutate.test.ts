import { expect, it } from 'vitest';
import { Random } from '../model/random.ts';
import { mutateBytes, mutateJson, mutateText, mutateValue } from './mutate.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const BYTES = Buffer.from('0123456789abcdef0123456789abcdef');
const VALUE = { a: { b: [1, 2, { c: 'text' }] }, d: 'e' };

it('gives the same for the same seed, and leaves what it was given as it was', () => {
  const before = BYTES.toString();
  for (const seed of SEEDS.slice(0, 50)) {
    expect(mutateBytes(BYTES, new Random(seed))).toEqual(mutateBytes(BYTES, new Random(seed)));
    expect(mutateText(before, new Random(seed))).toBe(mutateText(before, new Random(seed)));
    expect(mutateValue(VALUE, new Random(seed))).toEqual(mutateValue(VALUE, new Random(seed)));
  }
  expect(BYTES.toString()).toBe(before);
  expect(VALUE).toEqual({ a: { b: [1, 2, { c: 'text' }] }, d: 'e' });
});

it('changes bytes in each way: other bits, less, more, other numbers', () => {
  const lengths = SEEDS.map((seed) => mutateBytes(BYTES, new Random(seed)).length);
  expect(lengths.filter((length) => length === BYTES.length).length).toBeGreaterThan(30);
  expect(lengths.filter((length) => length < BYTES.length).length).toBeGreaterThan(30);
  expect(lengths.filter((length) => length > BYTES.length).length).toBeGreaterThan(30);
  const same = SEEDS.filter((seed) => mutateBytes(BYTES, new Random(seed)).equals(BYTES));
  expect(same.length).toBeLessThan(SEEDS.length / 10);
});

it('keeps JSON that is changed as a value JSON, with hostile names in it now and then, and nesting', () => {
  const texts = SEEDS.map((seed) => mutateJson(JSON.stringify(VALUE), new Random(seed)));
  for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow();
  expect(texts.some((text) => text.includes('../'))).toBe(true);
  expect(texts.some((text) => text.includes('__proto__'))).toBe(true);
  expect(texts.some((text) => text.length > 1_000 && text.includes('[{'))).toBe(true);
});
