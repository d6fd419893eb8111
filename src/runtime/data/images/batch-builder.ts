import type { ImageBatch, ImageDtype } from './types.ts';

/** Of a byte as a number from 0 to 1: the nearest 32-bit number to byte / 255. */
const SCALED = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

export interface BatchBuilder {
  add(pixels: Uint8Array, label: number, path: string): void;
  readonly count: number;
  /** What was added; the builder is not used any more. */
  batch(): ImageBatch;
}

export function createBatch(
  size: number,
  shape: readonly [height: number, width: number, channels: number],
  dtype: ImageDtype,
): BatchBuilder {
  const each = shape[0] * shape[1] * shape[2];
  const images = dtype === 'uint8' ? new Uint8Array(size * each) : new Float32Array(size * each);
  const labels = new Int32Array(size);
  const paths: string[] = [];
  return {
    get count() {
      return paths.length;
    },
    add(pixels, label, path) {
      const start = paths.length * each;
      if (images instanceof Uint8Array) images.set(pixels, start);
      else for (let at = 0; at < each; at += 1) images[start + at] = SCALED[pixels[at] as number] as number;
      labels[paths.length] = label;
      paths.push(path);
    },
    batch() {
      const count = paths.length;
      return { images: images.subarray(0, count * each), labels: labels.subarray(0, count), paths, shape: [count, ...shape] };
    },
  };
}
