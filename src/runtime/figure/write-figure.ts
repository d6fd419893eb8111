import { argumentError, checkOptions, wrongArgument } from '../../core/errors/wrong-argument.ts';
import { loadSharp } from '../../fs/load-sharp.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { told } from '../data/data-file.ts';
import { shownPath } from '../data/shown-path.ts';

export interface PngOptions {
  /** Pixels for each unit of the drawing. Default 2, sharp on screens of today. */
  readonly scale?: number;
}

/** Without system fonts and metadata the bytes depend on nothing but the drawing and the version of sharp. Throws MLO_DATA. */
export async function renderPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  checkOptions('renderPng', options, '{ scale: 2 }');
  const { scale = 2 } = options;
  // What sharp takes as dots an inch is 1 to 100,000.
  if (!(typeof scale === 'number' && scale >= 1 / 72 && scale <= 1000))
    throw wrongArgument('renderPng: scale', 'a number from 0.014 to 1000', scale);
  checkSvg('renderPng', svg);
  const sharp = await loadSharp();
  try {
    return await sharp(Buffer.from(svg), { density: 72 * scale, unlimited: true })
      .flatten({ background: 'white' })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch (error) {
    throw argumentError(`renderPng: the SVG cannot be drawn: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** Missing folders are made; readers see the old file or the new one. Throws MLO_DATA. */
export async function writePng(path: string, svg: string, options?: PngOptions): Promise<void> {
  const shown = shownPath(path);
  const png = await renderPng(svg, options);
  told(shown, 'written', () => writeFileAtomic(path, png));
}

/** As `writePng`. */
export function writeSvg(path: string, svg: string): void {
  checkSvg('writeSvg', svg);
  told(shownPath(path), 'written', () => writeFileAtomic(path, svg));
}

function checkSvg(what: string, svg: unknown): void {
  if (typeof svg !== 'string' || svg === '') throw wrongArgument(`${what}: the picture`, 'the text of an SVG file', svg);
}
