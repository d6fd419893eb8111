import { describe, expect, it } from 'vitest';
import { createRng, seededRandom } from '../../../src/core/random/seeded-random.ts';
import { fc } from '../../helpers/properties.ts';

const draw = (random: () => number, count: number): number[] => Array.from({ length: count }, random);

describe('random numbers of a stage', () => {
  it('are fixed for ever by the seed', () => {
    expect(draw(seededRandom(7), 3)).toMatchInlineSnapshot(`
      [
        0.049009592574554284,
        0.9298532154569821,
        0.3972365680289133,
      ]
    `);
    expect(draw(seededRandom(7, 1), 1)).not.toEqual(draw(seededRandom(7), 1));
  });

  it('differ between seeds, also beyond 32 bits', () => {
    const firsts = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 52].map((seed) => seededRandom(seed)());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('are spread evenly over 0 to 1', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const numbers = draw(seededRandom(seed), 4000);
        const counts = Array.from({ length: 10 }, (_, decile) => numbers.filter((x) => Math.floor(x * 10) === decile).length);
        // Six standard deviations of a fair count.
        return counts.every((count) => Math.abs(count - 400) < 6 * Math.sqrt(360)) && numbers.every((x) => x >= 0 && x < 1);
      }),
      { numRuns: 50 },
    );
  });

  it('are whole numbers below the limit, every one possible, and a limit that is none is refused', () => {
    const rng = createRng(seededRandom(1));
    expect(new Set(Array.from({ length: 200 }, () => rng.integer(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    for (const below of [0, -1, 1.5, Number.NaN, 2 ** 60]) expect(() => rng.integer(below)).toThrow(RangeError);
  });

  it('shuffle without losing anything or touching the original', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(), (items, seed) => {
        const before = [...items];
        const shuffled = createRng(seededRandom(seed)).shuffle(items);
        expect([...shuffled].sort()).toEqual([...before].sort());
        expect(items).toEqual(before);
      }),
    );
  });

  it('are normal with mean 0 and deviation 1', () => {
    const rng = createRng(seededRandom(3));
    const numbers = Array.from({ length: 20_000 }, () => rng.normal());
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  });
});
