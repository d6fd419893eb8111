import { sortedByPosition } from '../../cache/packs/sort-positions.ts';
import type { Digest } from '../../core/content.ts';
import type { ObjectPlace } from '../format/index-format.ts';

interface PackFiles {
  readonly numbers: number[];
  readonly positions: number[];
}

/** Files that are to come, by the numbers that they have elsewhere, in the order in which they lie in packs. Three numbers a file: there may be millions. */
export class FilesByPlace {
  readonly #packs = new Map<Digest, PackFiles>();
  /** By number; -1: not known. */
  readonly #sizes: number[] = [];

  /** `number`: more than any before it. `size`: bytes; -1: not known. */
  add(number: number, size: number, { pack, at }: ObjectPlace): void {
    let files = this.#packs.get(pack.id);
    if (files === undefined) this.#packs.set(pack.id, (files = { numbers: [], positions: [] }));
    files.numbers.push(number);
    files.positions.push(at);
    while (this.#sizes.length < number) this.#sizes.push(-1);
    this.#sizes.push(size);
  }

  sizeOf(number: number): number {
    return this.#sizes[number] ?? -1;
  }

  /** Pack by pack. */
  *inOrder(): Generator<number> {
    for (const { numbers, positions } of this.#packs.values())
      for (const place of sortedByPosition(positions.length, (each) => positions[each] as number)) yield numbers[place] as number;
  }
}
