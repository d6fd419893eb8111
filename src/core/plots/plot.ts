import type { Template } from './definition.ts';

/** One line, cloud or row of bars, with where it is from. */
export interface PlotSeries {
  /** As short as tells it from the others. */
  readonly name: string;
  /** As typed, or `workspace`; of runs: their short id. */
  readonly revision: string;
  /** Absent for metrics of runs. */
  readonly file?: string;
  readonly x: string;
  readonly y: string;
  /** Numbers; of bars: words. */
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}

interface PlotHead {
  readonly id: string;
  readonly title: string;
  readonly template: Template;
  readonly xLabel: string;
  readonly yLabel: string;
}

/** Points over a common axis; `xs` ascend unless they are scattered. */
export interface LinePlot extends PlotHead {
  readonly kind: 'line' | 'scatter';
  readonly series: readonly PlotSeries[];
}

export interface BarPlot extends PlotHead {
  readonly kind: 'bars';
  /** What the bars of each group are of. */
  readonly names: readonly string[];
  /** `values`: one for each name; null where it has none. */
  readonly bars: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

export interface ConfusionPlot extends PlotHead {
  readonly kind: 'confusion';
  readonly normalized: boolean;
  readonly matrices: readonly {
    readonly name: string;
    readonly revision: string;
    readonly file: string;
    readonly rows: readonly string[];
    readonly columns: readonly string[];
    /** By row, then column. */
    readonly counts: readonly (readonly number[])[];
  }[];
}

export interface PlotImage {
  readonly revision: string;
  readonly file: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Of the bytes: tells whether revisions show the same. */
  readonly digest: string;
}

export interface ImagePlot extends PlotHead {
  readonly kind: 'images';
  readonly images: readonly PlotImage[];
}

/** Data of one picture, ready to be drawn. */
export type Plot = LinePlot | BarPlot | ConfusionPlot | ImagePlot;
