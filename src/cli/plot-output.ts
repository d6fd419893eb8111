import { relative } from 'node:path';
import type { PlotsData } from '../app/plots/types.ts';
import type { Plot } from '../core/plots/plot.ts';
import type { PlotView } from '../ui/render/plots.ts';
import type { Invocation } from './command.ts';

/** Writes the file that was asked for and opens it; its path as a person writes it, undefined where none was asked for. */
export async function writePlots(
  { context }: Invocation,
  asked: { readonly output?: string; readonly open?: boolean },
  data: PlotsData,
  view: PlotView,
): Promise<string | undefined> {
  if ((asked.output === undefined && asked.open !== true) || data.plots.length === 0) return undefined;
  const { figurePlace, writeFigure } = await import('../app/plots/write-figure.ts');
  const { path, format } = figurePlace(context, asked.output);
  await writeFigure(path, format, await figureText(format, data, view));
  if (asked.open === true) {
    const { openFile } = await import('../app/plots/open-file.ts');
    await openFile(context, path);
  }
  return relative(context.cwd, path);
}

async function figureText(format: 'html' | 'svg' | 'png', { plots, revisions }: PlotsData, view: PlotView): Promise<string> {
  if (format === 'html') {
    const { plotsHtml } = await import('../ui/figure/html-page.ts');
    return plotsHtml(`Plots: ${revisions.join(', ')}`, plots, view);
  }
  const { plotsSvg } = await import('../core/figure/draw-plots.ts');
  return plotsSvg(plots, view, format === 'png' ? 'strokes' : 'text');
}

/** For JSON: lists instead of typed arrays, and of pictures what they are instead of their bytes. */
export function plainPlots({ plots, ...data }: PlotsData): object {
  return { ...data, plots: plots.map(plainPlot) };
}

function plainPlot(plot: Plot): object {
  if (plot.kind === 'images') {
    return { ...plot, images: plot.images.map(({ bytes, ...image }) => ({ ...image, size: bytes.length })) };
  }
  if (plot.kind !== 'line' && plot.kind !== 'scatter') return plot;
  return { ...plot, series: plot.series.map((each) => ({ ...each, xs: Array.from(each.xs), ys: Array.from(each.ys) })) };
}
