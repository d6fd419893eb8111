import type { ImagePlot, Plot } from '../../core/plots/plot.ts';
import { smoothingOf } from '../../core/plots/smoothing.ts';
import { barChart } from '../chart/bar-chart.ts';
import { confusionChart } from '../chart/confusion-chart.ts';
import { lineChart } from '../chart/line-chart.ts';
import type { ChartOptions } from '../chart/types.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import { tableLines } from '../format/table.ts';
import type { Style } from '../style.ts';

export type PlotView = Pick<ChartOptions, 'logX' | 'logY' | 'smoothing' | 'width' | 'height'>;

/** Pictures below each other, an empty line between them. */
export function plotsLines(plots: readonly Plot[], view: PlotView, style: Style): string[] {
  return plots.flatMap((plot, index) => [...(index === 0 ? [] : ['']), ...plotLines(plot, view, style)]);
}

function plotLines(plot: Plot, view: PlotView, style: Style): string[] {
  const { title, xLabel, yLabel } = plot;
  const options = { ...view, title, xLabel, yLabel };
  if (plot.kind === 'images') return imageLines(plot, style);
  if (plot.kind === 'bars') {
    const bars = plot.bars.map(({ label, values }) => ({ label, values: values.map((value) => value ?? undefined) }));
    return barChart(plot.names, bars, options, style);
  }
  if (plot.kind === 'confusion') {
    const { matrices, normalized } = plot;
    return matrices.flatMap((matrix, index) => {
      const named = matrices.length === 1 ? title : `${title} (${matrix.name})`;
      return [...(index === 0 ? [] : ['']), ...confusionChart(matrix, { ...options, title: named, normalized }, style)];
    });
  }
  return lineChart(plot.series, { ...options, kind: plot.kind, ...smoothingOf(plot, view) }, style);
}

/** A terminal has no room for pictures: what they are, and whether revisions differ. */
function imageLines({ title, images }: ImagePlot, style: Style): string[] {
  const [first] = images;
  const columns = [
    { title: 'Revision', text: (row: ImagePlot['images'][number]) => printable(row.revision) },
    { title: 'Picture', text: (row: ImagePlot['images'][number]) => printable(row.file), paint: () => style.cyan, min: 10 },
    { title: 'Size', text: (row: ImagePlot['images'][number]) => formatBytes(row.bytes.length), align: 'right' as const },
    {
      title: 'Bytes',
      text: (row: ImagePlot['images'][number]) =>
        row === first ? row.digest.slice(0, 12) : row.digest === first?.digest ? 'the same' : 'differ',
    },
  ];
  return [style.bold(printable(title)), ...tableLines(columns, images, style)];
}
