import type { Lettering } from './text.ts';

/** A drawing at its own size in pixels; `body` is SVG. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly body: string;
  /** For the values under the pointer. */
  readonly hover?: HoverData;
}

/** Points as they were drawn, so that a script needs to know nothing of axes. */
export interface HoverData {
  /** Left, top, right and bottom edge of the plot. */
  readonly box: readonly [number, number, number, number];
  readonly series: readonly {
    readonly name: string;
    readonly colour: string;
    /** Pixels, ascending by x. */
    readonly px: readonly number[];
    readonly py: readonly number[];
    readonly x: readonly string[];
    readonly y: readonly string[];
  }[];
}

/** How somebody wants to look at the data. */
export interface FigureView {
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Weight of what came before, 0 to 1. */
  readonly smoothing?: number;
}

export interface Drawing {
  readonly view: FigureView;
  readonly lettering: Lettering;
}
