import type { Problem } from '../../core/errors/mlo-error.ts';
import type { Plot } from '../../core/plots/plot.ts';

/** A picture or a part of it that could not be drawn. */
export interface PlotFailure {
  /** Of the plot. */
  readonly id: string;
  /** As typed, or `workspace`. */
  readonly revision: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly problems?: readonly Problem[];
}

export interface PlotsData {
  /** What was asked for: revisions as typed, `workspace`, or short ids of runs. */
  readonly revisions: readonly string[];
  readonly plots: readonly Plot[];
  readonly failures: readonly PlotFailure[];
}
