import { mkdirSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { renderPng } from '../../runtime/figure/write-figure.ts';
import { findRoot } from '../find-root.ts';
import type { AppContext } from '../types.ts';

export type FigureFormat = 'html' | 'svg' | 'png';

/** Absolute path of the file to write, and its format by its name; by default a page in `.mlo`. Throws MLO_USAGE. */
export function figurePlace(ctx: AppContext, typed: string | undefined): { readonly path: string; readonly format: FigureFormat } {
  if (typed === undefined) return { path: join(findRoot(ctx.cwd), '.mlo', 'plots', 'plots.html'), format: 'html' };
  const extension = extname(typed).toLowerCase();
  const format = ({ '.html': 'html', '.htm': 'html', '.svg': 'svg', '.png': 'png' } as const)[extension];
  if (format !== undefined) return { path: resolve(ctx.cwd, typed), format };
  throw new MloError('MLO_USAGE', `'${typed}' says no format: expected a name that ends in .html, .svg or .png`, {
    hint: `mlo plots show -o ${typed === '' ? 'plots' : typed}.html`,
  });
}

/** `svg`: with letters as strokes where it becomes a PNG of twice its size. Throws MLO_CACHE_IO. */
export async function writeFigure(path: string, format: FigureFormat, text: string): Promise<void> {
  const bytes = format === 'png' ? await renderPng(text) : text;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, bytes);
  } catch (error) {
    throw asIoError(error, 'write', path);
  }
}
