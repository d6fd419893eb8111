/**
 * Random numbers from the stage's seed: the same generator as the stage's `Math.random`.
 * Same seed, same calls, same numbers on every machine.
 */
export interface Rng {
  /** 0 ≤ x < 1, 53 bits. */
  (): number;
  /** A whole number, 0 ≤ x < `below` (at most 2^53), every one equally likely. */
  integer(below: number): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** A new array in random order (Fisher and Yates). */
  shuffle<Item>(items: readonly Item[]): Item[];
}

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 2 ** 53;

/**
 * xoshiro128** 1.1 (Blackman and Vigna, 2018), its 128 bits of state filled by SplitMix32 from both
 * halves of the seed. A double takes the upper 27 and 26 bits of two outputs.
 * `stream` gives an independent generator for the same seed.
 */
export function seededRandom(seed: number, stream = 0): () => number {
  const next = splitMix(seed, stream);
  let a = next();
  let b = next();
  let c = next();
  let d = next() | 1;

  function output(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  return () => {
    const high = output() >>> 5;
    const low = output() >>> 6;
    return (high * 0x400_0000 + low) / TWO_53;
  };
}

/** The generator of `random` with the usual draws on top. */
export function createRng(random: () => number): Rng {
  const rng = (): number => random();
  const integer = (below: number): number => {
    if (!Number.isSafeInteger(below) || below < 1)
      throw new RangeError(`rng.integer(below): below must be a whole number from 1, not ${below}`);
    // Numbers above the largest multiple of `below` are drawn again, so that none is more likely.
    const limit = TWO_53 - (TWO_53 % below);
    for (;;) {
      const drawn = random() * TWO_53;
      if (drawn < limit) return drawn % below;
    }
  };
  /** Box and Muller; the second number of each pair is dropped so that calls stay independent. */
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shuffle = <Item>(items: readonly Item[]): Item[] => {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last -= 1) {
      const other = integer(last + 1);
      [result[last], result[other]] = [result[other] as Item, result[last] as Item];
    }
    return result;
  };
  return Object.assign(rng, { integer, normal, shuffle });
}

function splitMix(seed: number, stream: number): () => number {
  const low = seed >>> 0;
  const high = Math.floor(Math.abs(seed) / TWO_32) >>> 0;
  let state = (low ^ Math.imul(high, 0x85eb_ca6b) ^ Math.imul(stream, 0xc2b2_ae35)) | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
