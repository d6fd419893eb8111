import type { HashText, StageParams } from './fingerprint.ts';
import type { Stage } from './stage.ts';

/** With what the random numbers of a module stage begin: what it is given, else a number that follows from its address. */
export function seedOf(stage: Stage, params: StageParams, hash: HashText): number {
  return givenSeed(stage, params) ?? Number.parseInt(hash(stage.address).slice(0, 8), 16);
}

/** Stage key `seed`, else a declared param `seed` (or the only one that ends in `.seed`). */
export function givenSeed(stage: Stage, params: StageParams): number | undefined {
  if (stage.seed !== undefined) return stage.seed;
  const declared = Object.values(params).flatMap((values) => Object.entries(values));
  const exact = declared.find(([key]) => key === 'seed')?.[1];
  const ending = declared.filter(([key]) => key.endsWith('.seed')).map(([, value]) => value);
  const found = exact ?? (ending.length === 1 ? ending[0] : undefined);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : undefined;
}
