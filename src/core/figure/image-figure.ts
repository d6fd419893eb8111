import type { ImagePlot } from '../plots/plot.ts';
import { titleText } from './axes.ts';
import { MUTED } from './colours.ts';
import { px } from './svg.ts';
import { cutToWidth } from './text.ts';
import type { Drawing, Figure } from './types.ts';

const TOP = 76;
const SIDE = 360;
const GAP = 24;

/** Pictures side by side under their revisions, each fitted into a square. */
export function imageFigure({ title, images }: ImagePlot, { lettering }: Drawing): Figure {
  const parts = images.map(({ revision, bytes, mediaType }, index) => {
    const left = GAP + index * (SIDE + GAP);
    const name = cutToWidth(revision, 13, SIDE, lettering);
    const data = `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}`;
    const label = lettering.text(name, left, TOP - 14, { size: 13, colour: MUTED });
    return `${label}<image x="${px(left)}" y="${TOP}" width="${SIDE}" height="${SIDE}" href="${data}" preserveAspectRatio="xMidYMin meet"/>`;
  });
  const width = GAP + images.length * (SIDE + GAP);
  return { width, height: TOP + SIDE + GAP, body: [titleText(title, GAP, width - 2 * GAP, lettering), ...parts].join('\n') };
}
