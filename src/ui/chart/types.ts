/** One line or cloud of points. */
export interface ChartSeries {
  readonly name: string;
  /** Ascending for lines. */
  readonly xs: ArrayLike<number>;
  /** As many as `xs`; NaN is a gap, infinities are drawn at the edge. */
  readonly ys: ArrayLike<number>;
}

export interface ChartOptions {
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly kind?: 'line' | 'scatter';
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** 0 (as it is) to below 1. */
  readonly smoothing?: number;
  /** Columns of the whole chart; default: as wide as the style says, 80 where that is no limit. */
  readonly width?: number;
  /** Rows of the plot itself, without title, axis and legend; default: fits the width. */
  readonly height?: number;
}
