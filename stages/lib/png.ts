import sharp from 'sharp';

/** Draws an SVG picture at its own size. Without system fonts and metadata the bytes depend on nothing but `svg` and the version of sharp. */
export async function renderPng(svg: string): Promise<Buffer> {
  return await sharp(Buffer.from(svg)).flatten({ background: 'white' }).png({ compressionLevel: 9 }).toBuffer();
}
