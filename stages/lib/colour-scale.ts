type Rgb = readonly [red: number, green: number, blue: number];

/** From almost white to dark blue, in even steps of lightness. */
const STOPS: readonly Rgb[] = [
  [244, 247, 251],
  [198, 219, 239],
  [120, 174, 214],
  [50, 119, 181],
  [10, 66, 128],
];

/** The colour of a share from 0 to 1, as `#rrggbb`. */
export function colourOf(share: number): string {
  const position = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const index = Math.min(Math.floor(position), STOPS.length - 2);
  const [from, to] = [STOPS[index]!, STOPS[index + 1]!];
  const channels = from.map((channel, number) => Math.round(channel + (to[number]! - channel) * (position - index)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** White or almost black, whichever can be read better on the colour of `share`. */
export function inkOn(share: number): string {
  return share > 0.7 ? '#ffffff' : '#111827';
}
