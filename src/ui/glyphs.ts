/** Every character beyond ASCII that mlo prints, with what stands in its place on a plain terminal. */
export interface Glyphs {
  readonly done: string;
  readonly failed: string;
  readonly restored: string;
  readonly unchanged: string;
  readonly blocked: string;
  readonly cancelled: string;
  readonly running: string;
  readonly warning: string;
  readonly arrow: string;
  readonly back: string;
  readonly ellipsis: string;
  readonly bar: string;
  readonly dot: string;
  readonly progressDone: string;
  readonly progressLeft: string;
  readonly unicode: boolean;
}

export const UNICODE_GLYPHS: Glyphs = {
  done: '✓',
  failed: '✗',
  restored: '↺',
  unchanged: '=',
  blocked: '⊘',
  cancelled: '■',
  running: '▶',
  warning: '!',
  arrow: '→',
  back: '←',
  ellipsis: '…',
  bar: '│',
  dot: '·',
  progressDone: '█',
  progressLeft: '░',
  unicode: true,
};

export const ASCII_GLYPHS: Glyphs = {
  done: '+',
  failed: 'x',
  restored: '<',
  unchanged: '=',
  blocked: '/',
  cancelled: '#',
  running: '>',
  warning: '!',
  arrow: '->',
  back: '<-',
  ellipsis: '...',
  bar: '|',
  dot: '-',
  progressDone: '#',
  progressLeft: '.',
  unicode: false,
};
