import { speciesOf, type Flower } from './flowers.ts';

export interface Split {
  readonly train: Flower[];
  readonly test: Flower[];
}

/**
 * Puts the share `testSize` of every species into `test` and the rest into `train`, drawn by `random` (0 ≤ x < 1).
 * Both keep the order of `flowers`.
 * @throws Error when a species would be missing on either side.
 */
export function stratifiedSplit(flowers: readonly Flower[], testSize: number, random: () => number): Split {
  const chosen = new Set<Flower>();
  for (const species of speciesOf(flowers)) {
    const members = flowers.filter((flower) => flower.species === species);
    const count = Math.round(members.length * testSize);
    if (count === 0 || count === members.length) {
      throw new Error(
        `a test share of ${testSize} puts ${count} of ${members.length} ${species} into the test set: both sides need at least one`,
      );
    }
    for (const flower of shuffled(members, random).slice(0, count)) chosen.add(flower);
  }
  return {
    train: flowers.filter((flower) => !chosen.has(flower)),
    test: flowers.filter((flower) => chosen.has(flower)),
  };
}

/** Fisher and Yates: every order is equally likely. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
