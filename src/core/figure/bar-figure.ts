import { largest } from '../largest.ts';
import type { BarPlot } from '../plots/plot.ts';
import { createScale, extentOf } from '../plots/scale.ts';
import { ticksOf } from '../plots/ticks.ts';
import { formatNumber } from '../text/format-number.ts';
import { placeAxis, placeLabel, titleText } from './axes.ts';
import { AXIS, INK, MUTED, seriesColour } from './colours.ts';
import { legend } from './legend.ts';
import { line, rect } from './svg.ts';
import { cutToWidth } from './text.ts';
import type { Drawing, Figure } from './types.ts';

const WIDTH = 760;
const TOP = 48;
const BAR = 18;
const BAR_GAP = 3;
const GROUP_GAP = 12;
const LABEL_SIZE = 13;
const BOTTOM = 58;

/** Horizontal bars from zero with their values; a group for each label. */
export function barFigure(plot: BarPlot, { lettering }: Drawing): Figure {
  const labels = plot.bars.map(({ label }) => cutToWidth(label, LABEL_SIZE, WIDTH / 3, lettering));
  const left = 24 + Math.max(20, largest(labels.map((label) => lettering.width(label, LABEL_SIZE)))) + 10;
  const numbers = plot.bars.flatMap(({ values }) => values.filter((value) => value !== null));
  const right = 24 + Math.max(0, largest(numbers.map((value) => lettering.width(formatNumber(value), 12)))) + 8;
  const extent = extentOf([numbers]);
  const scale = createScale(extent === undefined ? undefined : { min: Math.min(0, extent.min), max: Math.max(0, extent.max) });
  const about = legend(plot.names.length > 1 ? plot.names : [], left, TOP + 8, WIDTH - left - right, lettering);
  const group = plot.names.length * (BAR + BAR_GAP) - BAR_GAP + GROUP_GAP;
  const box = { left, top: TOP + about.height, width: WIDTH - left - right, height: Math.max(1, plot.bars.length) * group + GROUP_GAP };
  const at = (value: number): number => left + Math.min(1, Math.max(0, scale.place(value))) * box.width;
  const bars = plot.bars.map(({ values }, row) => {
    const top = box.top + GROUP_GAP + row * group;
    const middle = top + (group - GROUP_GAP) / 2 + 4.5;
    const label = lettering.text(labels[row] as string, left - 10, middle, { size: LABEL_SIZE, colour: INK, anchor: 'end' });
    const each = values.map((value, index) => {
      if (value === null || Number.isNaN(value)) return '';
      const y = top + index * (BAR + BAR_GAP);
      const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
      const text = lettering.text(formatNumber(value), to + 6, y + BAR - 5, { size: 12, colour: MUTED });
      return rect(from, y, to - from, BAR, `fill="${seriesColour(index)}"`) + text;
    });
    return label + each.join('');
  });
  const body = [
    titleText(plot.title, left, WIDTH - left - 24, lettering),
    about.body,
    placeAxis(ticksOf(scale, { atMost: 7 }), scale, box, lettering),
    ...bars,
    line(at(0), box.top, at(0), box.top + box.height, AXIS),
    placeLabel(plot.xLabel, box, lettering),
  ].join('\n');
  return { width: WIDTH, height: box.top + box.height + BOTTOM, body };
}
