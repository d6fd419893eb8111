/** 2^21 rows times 2^32 values of the first four bytes are just what a double can hold. */
export const MOST_ROWS = 2 ** 21;

/**
 * Row numbers by digest; a digest stands at the start of every `stride` bytes. Rows with the same digest stay in their order.
 * Sorts doubles made of four digest bytes and the row: ten times faster than comparing.
 */
export function sortedByDigest(rows: Uint8Array, stride: number, count: number): Uint32Array {
  // More than any pack has rows: many indexes of a remote in one.
  if (count > MOST_ROWS)
    return new Uint32Array(count).map((_, row) => row).sort((a, b) => compareDigests(rows, a * stride, rows, b * stride));
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row += 1) keys[row] = prefix(rows, row * stride) * MOST_ROWS + row;
  keys.sort();
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place += 1) order[place] = (keys[place] ?? 0) % MOST_ROWS;
  settleEqualPrefixes(order, rows, stride);
  return order;
}

/** Insertion sort: among random digests hardly two neighbours share four bytes. */
function settleEqualPrefixes(order: Uint32Array, rows: Uint8Array, stride: number): void {
  for (let place = 1; place < order.length; place += 1) {
    const row = order[place] ?? 0;
    let free = place;
    for (; free > 0; free -= 1) {
      const before = order[free - 1] ?? 0;
      if (compareDigests(rows, before * stride, rows, row * stride) <= 0) break;
      order[free] = before;
    }
    order[free] = row;
  }
}

export function compareDigests(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let byte = 0; byte < 32; byte += 1) {
    const difference = (a[aAt + byte] ?? 0) - (b[bAt + byte] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isSameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareDigests(a, 0, b, 0) === 0;
}

function prefix(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}
