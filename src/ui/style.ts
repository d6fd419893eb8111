import { ASCII_GLYPHS, UNICODE_GLYPHS, type Glyphs } from './glyphs.ts';

export type Paint = (text: string) => string;

/** 0 = no colour, 1 = 16 colours, 2 = 256, 3 = 16 million. */
export type ColorLevel = 0 | 1 | 2 | 3;

/** What a renderer may know about the place where its lines will appear. */
export interface Style {
  /** Columns of the terminal; Infinity where lines may be of any length. */
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
}

export interface StyleOptions {
  readonly level: ColorLevel;
  readonly unicode: boolean;
  readonly width: number;
}

const asIs: Paint = (text) => text;

export function plainStyle(width = Infinity, unicode = true): Style {
  const glyphs = unicode ? UNICODE_GLYPHS : ASCII_GLYPHS;
  return { width, glyphs, bold: asIs, dim: asIs, red: asIs, green: asIs, yellow: asIs, cyan: asIs, blue: asIs, magenta: asIs };
}

/** Loads chalk only where there is colour. */
export async function createStyle(options: StyleOptions): Promise<Style> {
  const plain = plainStyle(options.width, options.unicode);
  if (options.level === 0) return plain;
  const { Chalk } = await import('chalk');
  const { bold, dim, red, green, yellow, cyan, blue, magenta } = new Chalk({ level: options.level });
  return { ...plain, bold, dim, red, green, yellow, cyan, blue, magenta };
}
