import { describe, expect, test } from 'vitest';
import { speciesOf, type Flower } from '../../../stages/lib/flowers.ts';
import { stratifiedSplit } from '../../../stages/lib/split.ts';
import { seededRandom } from '../../../src/core/random/seeded-random.ts';
import { fc } from '../../helpers/properties.ts';

const RUNNING = 0;

/** Flowers that can be told apart, at least four of each species, in any order. */
const flowersOf = fc
  .array(fc.integer({ min: 4, max: 30 }), { minLength: 1, maxLength: 5 })
  .chain((counts) => fc.shuffledSubarray(bed(counts), { minLength: bed(counts).length }));

function bed(counts: readonly number[]): Flower[] {
  return counts.flatMap((count, kind) => Array.from({ length: count }, (_, number) => ({ measures: [number], species: `kind${kind}` })));
}

function countOf(flowers: readonly Flower[], species: string): number {
  return flowers.filter((flower) => flower.species === species).length;
}

describe('stratifiedSplit', () => {
  test('puts every flower on exactly one side and keeps their order', () => {
    fc.assert(
      fc.property(flowersOf, fc.double({ min: 0.25, max: 0.75, noNaN: true }), fc.integer(), (flowers, share, seed) => {
        const { train, test: held } = stratifiedSplit(flowers, share, seededRandom(seed, RUNNING));
        const places = (side: readonly Flower[]): number[] => side.map((flower) => flowers.indexOf(flower));
        expect(new Set([...places(train), ...places(held)]).size).toBe(flowers.length);
        expect(train.length + held.length).toBe(flowers.length);
        for (const side of [train, held]) expect(places(side)).toEqual(places(side).toSorted((a, b) => a - b));
      }),
    );
  });

  test('takes the same share of every species', () => {
    fc.assert(
      fc.property(flowersOf, fc.double({ min: 0.25, max: 0.75, noNaN: true }), fc.integer(), (flowers, share, seed) => {
        const { test: held } = stratifiedSplit(flowers, share, seededRandom(seed, RUNNING));
        for (const species of speciesOf(flowers)) expect(countOf(held, species)).toBe(Math.round(countOf(flowers, species) * share));
      }),
    );
  });

  test('gives the same sets for the same seed and others for another', () => {
    const flowers = bed([50, 50, 50]);
    const held = (seed: number): Flower[] => stratifiedSplit(flowers, 0.3, seededRandom(seed, RUNNING)).test;
    expect(held(11)).toEqual(held(11));
    expect(held(12)).not.toEqual(held(11));
  });

  test('lets every flower be drawn equally often', () => {
    const flowers = bed([5]);
    const random = seededRandom(1, RUNNING);
    const drawn = new Map(flowers.map((flower) => [flower, 0]));
    for (let round = 0; round < 5000; round += 1) {
      for (const flower of stratifiedSplit(flowers, 0.4, random).test) drawn.set(flower, drawn.get(flower)! + 1);
    }
    // 2 of 5 in each of 5,000 rounds: 2,000 expected, standard deviation 35.
    for (const times of drawn.values()) expect(Math.abs(times - 2000)).toBeLessThan(5 * 35);
  });

  test.each([
    [0.05, 'a test share of 0.05 puts 0 of 4 kind0 into the test set: both sides need at least one'],
    [0.95, 'a test share of 0.95 puts 4 of 4 kind0 into the test set: both sides need at least one'],
  ])('refuses a share that leaves a side without a species (%d)', (share, message) => {
    expect(() => stratifiedSplit(bed([4, 40]), share, Math.random)).toThrow(new Error(message));
  });
});
