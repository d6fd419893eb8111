import type { Plot } from './plot.ts';

/** What DVC's template `smooth` means where no weight was asked for. */
const SMOOTH = 0.6;

/** The weight by which lines are smoothed: as asked for, else by the template. */
export function smoothingOf(plot: Pick<Plot, 'template'>, { smoothing }: { readonly smoothing?: number }): { readonly smoothing?: number } {
  const weight = smoothing ?? (plot.template === 'smooth' ? SMOOTH : undefined);
  return weight === undefined ? {} : { smoothing: weight };
}
