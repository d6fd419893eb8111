import { loadSharp } from '../../fs/load-sharp.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';

export interface PngOptions {
  /** Pixels for each unit of the drawing. Default 2, sharp on screens of today. */
  readonly scale?: number;
}

/** Without system fonts and metadata the bytes depend on nothing but the drawing and the version of sharp. */
export async function renderPng(svg: string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return await sharp(Buffer.from(svg), { density: 72 * scale, unlimited: true })
    .flatten({ background: 'white' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Missing folders are made; readers see the old file or the new one. */
export async function writePng(path: string, svg: string, options?: PngOptions): Promise<void> {
  writeFileAtomic(path, await renderPng(svg, options));
}

export function writeSvg(path: string, svg: string): void {
  writeFileAtomic(path, svg);
}
