/**
 * Luma of RGB pixels as ITU-R BT.601 has it, in whole numbers: what Pillow's mode L and TensorFlow's `rgb_to_grayscale` mean by grey.
 * Grey pixels keep their value.
 */
export function greyOf(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel += 1, at += 3) {
    grey[pixel] = ((rgb[at] as number) * 19_595 + (rgb[at + 1] as number) * 38_470 + (rgb[at + 2] as number) * 7_471 + 0x8000) >> 16;
  }
  return grey;
}
