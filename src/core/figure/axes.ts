import type { Scale } from '../plots/scale.ts';
import type { Tick } from '../plots/ticks.ts';
import { AXIS, GRID, INK, MUTED } from './colours.ts';
import { line } from './svg.ts';
import { cutToWidth, type Lettering } from './text.ts';

const TICK_SIZE = 12;
const LABEL_SIZE = 13;
const TITLE_SIZE = 17;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels that the labels of the value axis take. */
export function labelsWidth(labels: readonly string[], lettering: Lettering): number {
  return Math.max(0, ...labels.map((label) => lettering.width(label, TICK_SIZE)));
}

export function titleText(title: string, left: number, width: number, lettering: Lettering): string {
  return lettering.text(cutToWidth(title, TITLE_SIZE, width, lettering), left, 30, { size: TITLE_SIZE, colour: INK, bold: true });
}

/** Grid lines with their values on the left. */
export function valueAxis(ticks: readonly Tick[], scale: Scale, { left, top, width, height }: Box, lettering: Lettering): string {
  return ticks
    .map(({ value, label }) => {
      const y = top + (1 - scale.place(value)) * height;
      return (
        line(left, y, left + width, y, GRID) + lettering.text(label, left - 8, y + 4, { size: TICK_SIZE, colour: MUTED, anchor: 'end' })
      );
    })
    .join('');
}

/** The axis at the bottom; labels that would touch each other are left out. */
export function placeAxis(ticks: readonly Tick[], scale: Scale, { left, top, width, height }: Box, lettering: Lettering): string {
  const bottom = top + height;
  let end = -Infinity;
  const labels = ticks.map(({ value, label }) => {
    const x = left + scale.place(value) * width;
    const half = lettering.width(label, TICK_SIZE) / 2;
    const tick = line(x, bottom, x, bottom + 5, AXIS);
    if (x - half < end + 10) return tick;
    end = x + half;
    return tick + lettering.text(label, x, bottom + 20, { size: TICK_SIZE, colour: MUTED, anchor: 'middle' });
  });
  return line(left, bottom, left + width, bottom, AXIS) + labels.join('');
}

export function placeLabel(label: string, { left, top, width, height }: Box, lettering: Lettering): string {
  const text = cutToWidth(label, LABEL_SIZE, width, lettering);
  return lettering.text(text, left + width / 2, top + height + 44, { size: LABEL_SIZE, colour: MUTED, anchor: 'middle' });
}

export function valueLabel(label: string, { top, height }: Box, lettering: Lettering): string {
  const text = cutToWidth(label, LABEL_SIZE, height, lettering);
  return lettering.text(text, 20, top + height / 2, { size: LABEL_SIZE, colour: MUTED, anchor: 'middle', turn: -90 });
}
