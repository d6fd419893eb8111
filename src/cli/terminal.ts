import type { ColorLevel, StyleOptions } from '../ui/style.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

type Environment = { readonly [name: string]: string | undefined };

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?: (env?: object) => number;
}

const MIN_WIDTH = 20;

/** How lines for this stream are to look. */
export function styleOptions(stream: OutputStream, env: Environment, choice: ColorChoice): StyleOptions {
  return { level: colorLevel(stream, env, choice), unicode: speaksUnicode(env), width: widthOf(stream, env) };
}

/** Flag, then FORCE_COLOR and NO_COLOR, then what the terminal can. */
export function colorLevel(stream: OutputStream, env: Environment, choice: ColorChoice): ColorLevel {
  if (choice === 'never') return 0;
  const forced = forcedLevel(env['FORCE_COLOR']);
  if (choice === 'always') return forced === undefined || forced === 0 ? 1 : forced;
  if (forced !== undefined) return forced;
  if (isSet(env['NO_COLOR']) || env['TERM'] === 'dumb' || stream.isTTY !== true) return 0;
  const depth = stream.getColorDepth?.(env) ?? 1;
  if (depth >= 24) return 3;
  if (depth >= 8) return 2;
  return depth >= 4 ? 1 : 0;
}

export function speaksUnicode(env: Environment): boolean {
  if (env['TERM'] === 'dumb') return false;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale === undefined || locale === '' ? true : /utf-?8/i.test(locale);
}

/** Lines are cut to the terminal, and to COLUMNS where that is set; a file or pipe gets them whole. */
export function widthOf(stream: OutputStream, env: Environment): number {
  const columns =
    stream.isTTY === true && stream.columns !== undefined && stream.columns > 0 ? stream.columns : Number(env['COLUMNS'] ?? '');
  return Number.isInteger(columns) && columns > 0 ? Math.max(MIN_WIDTH, columns) : Infinity;
}

/** Whether a live view (cursor movement) makes sense on this stream. */
export function canRedraw(stream: OutputStream, env: Environment): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isSet(env['CI']) && !isSet(env['GITHUB_ACTIONS']);
}

function forcedLevel(value: string | undefined): ColorLevel | undefined {
  if (value === undefined) return undefined;
  if (value === 'false' || value === '0') return 0;
  if (value === '2') return 2;
  return value === '3' ? 3 : 1;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
