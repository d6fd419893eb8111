/** A queue of integers that gives the smallest first; O(log n) an operation. */
export interface ReadyQueue {
  readonly size: () => number;
  readonly first: () => number | undefined;
  add(value: number): void;
  takeFirst(): number | undefined;
}

export function readyQueue(): ReadyQueue {
  const heap: number[] = [];

  function swap(a: number, b: number): void {
    [heap[a], heap[b]] = [heap[b] as number, heap[a] as number];
  }

  function isBefore(a: number, b: number): boolean {
    return b < heap.length && a < heap.length && (heap[a] as number) < (heap[b] as number);
  }

  function add(value: number): void {
    let at = heap.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function takeFirst(): number | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    heap[0] = last;
    sink();
    return first;
  }

  function sink(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = isBefore(left + 1, left) ? left + 1 : left;
      if (!isBefore(child, at)) return;
      swap(at, child);
      at = child;
    }
  }

  return { size: () => heap.length, first: () => heap[0], add, takeFirst };
}
