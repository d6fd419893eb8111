/**
 * A small stroke font of our own: a PNG needs no font of the system, so it looks the same everywhere.
 * Units: capitals and digits are 14 high, small letters 10; the baseline is y = 0 and y grows downwards, as in SVG.
 * The stages of the iris template draw with the same letters; they are copied into projects and so have them by themselves.
 */
export interface Glyph {
  readonly width: number;
  /** SVG path to be stroked with round ends. */
  readonly path: string;
}

export const CAPITAL_HEIGHT = 14;
export const STROKE_WIDTH = 1.7;
export const LETTER_SPACING = 3.1;

export const GLYPHS: { readonly [character: string]: Glyph } = {
  ' ': { width: 2.4, path: '' },
  '.': { width: 0.8, path: 'M0 -0.4A0.4 0.4 0 0 1 0.8 -0.4A0.4 0.4 0 0 1 0 -0.4Z' },
  ',': { width: 0.8, path: 'M0.8 -0.3L0 2.4' },
  ':': { width: 0.8, path: 'M0 -0.4A0.4 0.4 0 0 1 0.8 -0.4A0.4 0.4 0 0 1 0 -0.4ZM0 -8.4A0.4 0.4 0 0 1 0.8 -8.4A0.4 0.4 0 0 1 0 -8.4Z' },
  '-': { width: 4.6, path: 'M0 -5.4H4.6' },
  _: { width: 7, path: 'M0 1.6H7' },
  '/': { width: 5.6, path: 'M0 1.6L5.6 -14.6' },
  '(': { width: 2.8, path: 'M2.8 -15.4Q0 -11 0 -6.4T2.8 2.6' },
  ')': { width: 2.8, path: 'M0 -15.4Q2.8 -11 2.8 -6.4T0 2.6' },
  '%': {
    width: 12.4,
    path: 'M10.4 -14L2 0M0 -11A2.6 3 0 0 1 5.2 -11A2.6 3 0 0 1 0 -11ZM7.2 -3A2.6 3 0 0 1 12.4 -3A2.6 3 0 0 1 7.2 -3Z',
  },

  0: { width: 8, path: 'M0 -10A4 4 0 0 1 8 -10V-4A4 4 0 0 1 0 -4Z' },
  1: { width: 3.6, path: 'M0 -11.2L3.6 -14V0' },
  2: { width: 8, path: 'M0.3 -11.5A4 4 0 0 1 8 -10.2C8 -7 4.4 -5 0.2 0H8' },
  3: { width: 7.9, path: 'M0.5 -14H7.1L3.2 -8.6H3.6A4.3 4.3 0 0 1 3.6 0C2 0 0.7 -0.7 0 -1.9' },
  4: { width: 8.4, path: 'M6 -14L0 -3.8H8.4M6.2 -7.4V0' },
  5: { width: 8, path: 'M7.2 -14H1.2L0.6 -7.7C1.4 -8.5 2.4 -8.8 3.6 -8.8A4.4 4.4 0 0 1 3.6 0C2 0 0.7 -0.6 0 -1.8' },
  6: { width: 8.2, path: 'M6 -14L0.7 -6.4M0 -4.2A4.1 4.2 0 0 1 8.2 -4.2A4.1 4.2 0 0 1 0 -4.2Z' },
  7: { width: 7.6, path: 'M0 -14H7.6L2.6 0' },
  8: { width: 8, path: 'M0.6 -10.7A3.4 3.3 0 0 1 7.4 -10.7A3.4 3.3 0 0 1 0.6 -10.7ZM0 -3.7A4 3.7 0 0 1 8 -3.7A4 3.7 0 0 1 0 -3.7Z' },
  9: { width: 8.2, path: 'M2.2 0L7.5 -7.6M0 -9.8A4.1 4.2 0 0 1 8.2 -9.8A4.1 4.2 0 0 1 0 -9.8Z' },

  A: { width: 10.4, path: 'M0 0L5.2 -14L10.4 0M1.8 -4.8H8.6' },
  B: { width: 9.2, path: 'M5.2 -7.3A3.35 3.35 0 0 0 5.2 -14H0V0H5.6A3.65 3.65 0 0 0 5.6 -7.3H0' },
  C: { width: 9.4, path: 'M9.33 -11.5A5 5 0 0 0 0 -9V-5A5 5 0 0 0 9.33 -2.5' },
  D: { width: 9.6, path: 'M0 0V-14H4.2A5.4 5.4 0 0 1 9.6 -8.6V-5.4A5.4 5.4 0 0 1 4.2 0Z' },
  E: { width: 7.6, path: 'M7.6 0H0V-14H7.6M0 -7.3H6.6' },
  F: { width: 7.6, path: 'M0 0V-14H7.6M0 -7.1H6.6' },
  G: { width: 10, path: 'M9.33 -11.5A5 5 0 0 0 0 -9V-5A5 5 0 0 0 10 -5V-6.6H5.8' },
  H: { width: 9.6, path: 'M0 0V-14M9.6 0V-14M0 -7.2H9.6' },
  I: { width: 0.1, path: 'M0 0V-14' },
  J: { width: 6.4, path: 'M6.4 -14V-3.2A3.2 3.2 0 0 1 0 -3.2' },
  K: { width: 9.2, path: 'M0 0V-14M8.8 -14L0 -5.2M3.1 -8.3L9.2 0' },
  L: { width: 7.2, path: 'M0 -14V0H7.2' },
  M: { width: 12, path: 'M0 0V-14L6 -4.6L12 -14V0' },
  N: { width: 9.6, path: 'M0 0V-14L9.6 0V-14' },
  O: { width: 10, path: 'M0 -9A5 5 0 0 1 10 -9V-5A5 5 0 0 1 0 -5Z' },
  P: { width: 9, path: 'M0 0V-14H5.1A3.9 3.9 0 0 1 5.1 -6.2H0' },
  Q: { width: 10.2, path: 'M0 -9A5 5 0 0 1 10 -9V-5A5 5 0 0 1 0 -5ZM6.2 -3.6L10.2 0.6' },
  R: { width: 9.2, path: 'M0 0V-14H5.1A3.9 3.9 0 0 1 5.1 -6.2H0M4.9 -6.2L9.2 0' },
  S: {
    width: 9,
    path: 'M8.6 -11.6C7.9 -13.2 6.4 -14 4.5 -14C2 -14 0.4 -12.6 0.4 -10.6C0.4 -5.8 9 -8.4 9 -3.7C9 -1.4 7.2 0 4.5 0C2.3 0 0.6 -1 0 -2.8',
  },
  T: { width: 9.6, path: 'M0 -14H9.6M4.8 -14V0' },
  U: { width: 9.6, path: 'M0 -14V-4.8A4.8 4.8 0 0 0 9.6 -4.8V-14' },
  V: { width: 10.2, path: 'M0 -14L5.1 0L10.2 -14' },
  W: { width: 15.2, path: 'M0 -14L3.8 0L7.6 -14L11.4 0L15.2 -14' },
  X: { width: 9.6, path: 'M0.2 -14L9.6 0M9.4 -14L0 0' },
  Y: { width: 9.8, path: 'M0 -14L4.9 -6.8L9.8 -14M4.9 -6.8V0' },
  Z: { width: 8.8, path: 'M0.2 -14H8.6L0 0H8.8' },

  a: { width: 8, path: 'M8 -10V0M8 -6A4 4 0 0 0 0 -6V-4A4 4 0 0 0 8 -4' },
  b: { width: 8, path: 'M0 -14.6V0M0 -6A4 4 0 0 1 8 -6V-4A4 4 0 0 1 0 -4' },
  c: { width: 7.4, path: 'M7.46 -8A4 4 0 0 0 0 -6V-4A4 4 0 0 0 7.46 -2' },
  d: { width: 8, path: 'M8 -14.6V0M8 -6A4 4 0 0 0 0 -6V-4A4 4 0 0 0 8 -4' },
  e: { width: 8, path: 'M0 -5.2H8V-6A4 4 0 0 0 0 -6V-4A4 4 0 0 0 7.2 -1.6' },
  f: { width: 5, path: 'M5 -14.6H4.6A3 3 0 0 0 1.6 -11.6V0M0 -10H4.8' },
  g: { width: 8, path: 'M8 -10V0.6A4 4 0 0 1 0.8 3M8 -6A4 4 0 0 0 0 -6V-4A4 4 0 0 0 8 -4' },
  h: { width: 8, path: 'M0 -14.6V0M0 -6A4 4 0 0 1 8 -6V0' },
  i: { width: 0.1, path: 'M0 -10V0M-0.4 -13.8A0.4 0.4 0 0 1 0.4 -13.8A0.4 0.4 0 0 1 -0.4 -13.8Z' },
  j: { width: 2, path: 'M2 -10V1.8A2.8 2.8 0 0 1 -0.8 4.6M1.6 -13.8A0.4 0.4 0 0 1 2.4 -13.8A0.4 0.4 0 0 1 1.6 -13.8Z' },
  k: { width: 7.2, path: 'M0 -14.6V0M6.8 -10L0 -3.6M2.7 -6.2L7.2 0' },
  l: { width: 2.4, path: 'M0 -14.6V-2.6A2.4 2.6 0 0 0 2.4 0' },
  m: { width: 13.2, path: 'M0 -10V0M0 -6.7A3.3 3.3 0 0 1 6.6 -6.7V0M6.6 -6.7A3.3 3.3 0 0 1 13.2 -6.7V0' },
  n: { width: 8, path: 'M0 -10V0M0 -6A4 4 0 0 1 8 -6V0' },
  o: { width: 8, path: 'M0 -6A4 4 0 0 1 8 -6V-4A4 4 0 0 1 0 -4Z' },
  p: { width: 8, path: 'M0 -10V4.6M0 -6A4 4 0 0 1 8 -6V-4A4 4 0 0 1 0 -4' },
  q: { width: 8, path: 'M8 -10V4.6M8 -6A4 4 0 0 0 0 -6V-4A4 4 0 0 0 8 -4' },
  r: { width: 4.4, path: 'M0 -10V0M0 -6A4 4 0 0 1 4.8 -9.9' },
  s: {
    width: 7,
    path: 'M6.6 -8.2C6 -9.4 4.9 -10 3.5 -10C1.6 -10 0.3 -9 0.3 -7.5C0.3 -4 7 -6.2 7 -2.7C7 -1 5.6 0 3.5 0C1.8 0 0.6 -0.7 0 -2',
  },
  t: { width: 5, path: 'M1.6 -13.4V-2.8A2.8 2.8 0 0 0 4.4 0H5M0 -10H4.8' },
  u: { width: 8, path: 'M0 -10V-4A4 4 0 0 0 8 -4M8 -10V0' },
  v: { width: 8, path: 'M0 -10L4 0L8 -10' },
  w: { width: 12.4, path: 'M0 -10L3.1 0L6.2 -10L9.3 0L12.4 -10' },
  x: { width: 7.4, path: 'M0.1 -10L7.4 0M7.3 -10L0 0' },
  y: { width: 8, path: 'M0 -10L4.1 -0.2M8 -10L3.4 2.4C2.8 4 2 4.6 0.4 4.6' },
  z: { width: 7, path: 'M0.2 -10H6.8L0 0H7' },

  '!': { width: 0.8, path: 'M0.4 -14V-4.2M0 -0.4A0.4 0.4 0 0 1 0.8 -0.4A0.4 0.4 0 0 1 0 -0.4Z' },
  '?': { width: 7.4, path: 'M0 -11A3.7 3.4 0 1 1 3.7 -7.2V-4.2M3.3 -0.4A0.4 0.4 0 0 1 4.1 -0.4A0.4 0.4 0 0 1 3.3 -0.4Z' },
  ';': { width: 0.8, path: 'M0.8 -0.3L0 2.4M0 -8.4A0.4 0.4 0 0 1 0.8 -8.4A0.4 0.4 0 0 1 0 -8.4Z' },
  "'": { width: 0.1, path: 'M0 -14V-10.4' },
  '"': { width: 3, path: 'M0 -14V-10.4M3 -14V-10.4' },
  '`': { width: 2, path: 'M0 -14.6L2 -12' },
  '+': { width: 8, path: 'M4 -10V-2M0 -6H8' },
  '=': { width: 8, path: 'M0 -8H8M0 -4H8' },
  '<': { width: 7, path: 'M7 -10.4L0 -6L7 -1.6' },
  '>': { width: 7, path: 'M0 -10.4L7 -6L0 -1.6' },
  '*': { width: 6, path: 'M3 -14V-8M0.4 -12.5L5.6 -9.5M5.6 -12.5L0.4 -9.5' },
  '#': { width: 9, path: 'M3 -13L1.6 -1M7.4 -13L6 -1M0.4 -9H9M0 -5H8.6' },
  '@': { width: 13, path: 'M9.4 -8.4A3.2 3.2 0 1 0 9.4 -4.6M9.4 -9.6V-4.4A1.8 1.8 0 0 0 13 -4.6V-7A6.5 6.5 0 1 0 10.4 -1' },
  '&': { width: 10, path: 'M10 0L2.2 -9.4A3 2.9 0 1 1 6.4 -9.6L2 -6.8A3.8 3.8 0 1 0 8 -1.6L9.6 -5' },
  $: {
    width: 8,
    path: 'M7.6 -10.6A3.4 2.6 0 0 0 4 -12.4C1.6 -12.4 0.4 -11.2 0.4 -9.6C0.4 -6 8 -7.8 8 -4C8 -2.2 6.4 -1 4 -1A4.2 3 0 0 1 0 -3.2M4 -14.6V1.4',
  },
  '|': { width: 0.1, path: 'M0 -15.4V2.6' },
  '\\': { width: 5.6, path: 'M0 -14.6L5.6 1.6' },
  '^': { width: 6, path: 'M0 -10.4L3 -14L6 -10.4' },
  '~': { width: 8, path: 'M0 -5Q2 -8 4 -6T8 -7' },
  '[': { width: 2.8, path: 'M2.8 -15.4H0V2.6H2.8' },
  ']': { width: 2.8, path: 'M0 -15.4H2.8V2.6H0' },
  '{': { width: 4, path: 'M4 -15.4Q2 -15.4 2 -13V-8.4Q2 -6.4 0 -6.4Q2 -6.4 2 -4.4V0.2Q2 2.6 4 2.6' },
  '}': { width: 4, path: 'M0 -15.4Q2 -15.4 2 -13V-8.4Q2 -6.4 4 -6.4Q2 -6.4 2 -4.4V0.2Q2 2.6 0 2.6' },
  '\u00b7': { width: 0.8, path: 'M0 -6A0.4 0.4 0 0 1 0.8 -6A0.4 0.4 0 0 1 0 -6Z' },
  '\u2026': {
    width: 8.8,
    path: 'M0 -0.4A0.4 0.4 0 0 1 0.8 -0.4A0.4 0.4 0 0 1 0 -0.4ZM4 -0.4A0.4 0.4 0 0 1 4.8 -0.4A0.4 0.4 0 0 1 4 -0.4ZM8 -0.4A0.4 0.4 0 0 1 8.8 -0.4A0.4 0.4 0 0 1 8 -0.4Z',
  },
};
