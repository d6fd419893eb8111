export const INK = '#111827';
export const MUTED = '#6b7280';
export const GRID = '#e5e7eb';
export const AXIS = '#9ca3af';
export const PAPER = '#ffffff';
/** Vermilion of Okabe and Ito, darker, so that small letters are read. */
export const WRONG = '#b84a00';

/** Okabe and Ito's colours, told apart by colour-blind people too; yellow is left out, it is hardly seen on white. */
const SERIES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
/** Each time round the colours a new pattern. */
const DASHES = ['', '6 3', '2 2', '8 3 2 3'];

export function seriesColour(index: number): string {
  return SERIES[index % SERIES.length] as string;
}

export function seriesDash(index: number): string {
  const dash = DASHES[Math.floor(index / SERIES.length) % DASHES.length] as string;
  return dash === '' ? '' : ` stroke-dasharray="${dash}"`;
}

type Rgb = readonly [red: number, green: number, blue: number];

const [PALE, DARK]: readonly [Rgb, Rgb] = [
  [242, 246, 251],
  [8, 64, 129],
];

/** Of a share from 0 to 1. */
export function shadeColour(share: number): string {
  const channels = PALE.map((pale, index) => Math.round(pale + ((DARK[index] as number) - pale) * Math.min(1, Math.max(0, share))));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** White or almost black, whichever can be read better on the colour of `share`. */
export function inkOn(share: number): string {
  return share > 0.65 ? PAPER : INK;
}
