/** Number of elements of an array of that shape; 1 for `[]`. Infinity where no number could tell. */
export function sizeOf(shape: readonly number[]): number {
  const size = shape.reduce((product, length) => product * length, 1);
  return Number.isSafeInteger(size) ? size : Number.POSITIVE_INFINITY;
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
