import type { TensorFlow } from '../tensorflow/types.ts';
import type { StageRun } from './stage-run.ts';

/** Absolute paths by the name (or, where there is none, the path) that the pipeline file declares. Reading another name throws. */
export type StagePaths<Name extends string = string> = { readonly [K in Name]: string };

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

/** What a stage's function is called with. */
export interface StageContext<Params = unknown, Dep extends string = string, Out extends string = string> {
  /** The declared params, nested as in the params file, or what the schema made of them. Read-only. */
  readonly params: Params;
  readonly deps: StagePaths<Dep>;
  readonly outs: StagePaths<Out>;
  readonly run: StageRun;
  /**
   * TensorFlow.js, ready for use: wasm unless the stage says `backend:`.
   * It is prepared before the function is called when the stage says `backend:`, imports
   * `@tensorflow/tfjs`, or a file it has loaded holds the word `tf`; else nothing of it is loaded.
   */
  readonly tf: TensorFlow;
  readonly rng: Rng;
  /** Aborted by Ctrl-C and by the stage's timeout; the stage then has a few seconds to end. */
  readonly signal: AbortSignal;
  /** Writes a line to the stage's log, formatted as `console.log` does. */
  readonly log: (...values: unknown[]) => void;
}
