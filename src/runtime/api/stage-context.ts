import type { Rng } from '../../core/random/seeded-random.ts';
import type { autolog } from '../tensorflow/autolog/autolog.ts';
import type { TensorFlowModule } from '../tensorflow/types.ts';
import type { StageRun } from './stage-run.ts';

export type { Rng } from '../../core/random/seeded-random.ts';

/** Absolute paths by the name (or, where there is none, the path) that the pipeline file declares. Reading another name throws. */
export type StagePaths<Name extends string = string> = { readonly [K in Name]: string };

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
  readonly tf: TensorFlowModule;
  /** Records what `model.fit` does: `autolog(model)`, or `autolog()` for all models of the stage. */
  readonly autolog: typeof autolog;
  readonly rng: Rng;
  /** Aborted by Ctrl-C and by the stage's timeout; the stage then has a few seconds to end. */
  readonly signal: AbortSignal;
  /** Writes a line to the stage's log, formatted as `console.log` does. */
  readonly log: (...values: unknown[]) => void;
}
