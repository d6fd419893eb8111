import type { Value } from '../value.ts';

/** Parts of a comparison, in the order in which they are shown. */
export const SECTIONS = ['params', 'metrics', 'data', 'code', 'tags', 'environment'] as const;

export type Section = (typeof SECTIONS)[number];

/** One thing that is known of a run. `stage`: whose it is, where it is that of a stage of the run. */
export interface Fact {
  readonly section: Section;
  readonly key: string;
  readonly value: Value;
  readonly stage?: string;
}
