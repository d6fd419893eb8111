import { sortedByPosition } from '../../cache/packs/sort-positions.ts';
import type { Digest } from '../../core/content.ts';
import type { ObjectPlace } from '../format/index-format.ts';

const FIRST_CAPACITY = 1024;

/** Files that are to come, in the order in which they lie in packs. No object a file: there may be millions. */
export class FilesByPlace {
  #count = 0;
  #digests = new Uint32Array(FIRST_CAPACITY);
  #sizes = new Float64Array(FIRST_CAPACITY);
  #packs = new Uint32Array(FIRST_CAPACITY);
  #positions = new Uint32Array(FIRST_CAPACITY);
  readonly #packNumbers = new Map<Digest, number>();

  /** `digest`: its number elsewhere. `size`: bytes; -1: not known. */
  add(digest: number, size: number, { pack, at }: ObjectPlace): void {
    if (this.#count === this.#digests.length) this.#grow();
    let packNumber = this.#packNumbers.get(pack.id);
    if (packNumber === undefined) this.#packNumbers.set(pack.id, (packNumber = this.#packNumbers.size));
    this.#digests[this.#count] = digest;
    this.#sizes[this.#count] = size;
    this.#packs[this.#count] = packNumber;
    this.#positions[this.#count] = at;
    this.#count += 1;
  }

  digestOf(file: number): number {
    return this.#digests[file] as number;
  }

  sizeOf(file: number): number {
    return this.#sizes[file] as number;
  }

  /** Numbers of files, pack by pack. */
  *inOrder(): Generator<number> {
    let from = 0;
    const { files, ends } = this.#byPack();
    for (const to of ends) {
      const ofPack = files.subarray(from, to);
      for (const place of sortedByPosition(ofPack.length, (each) => this.#positions[ofPack[each] as number] as number))
        yield ofPack[place] as number;
      from = to;
    }
  }

  /** All files of a pack behind each other, and where those of each end. */
  #byPack(): { readonly files: Uint32Array; readonly ends: Uint32Array } {
    const packs = this.#packs.subarray(0, this.#count);
    const counts = new Uint32Array(this.#packNumbers.size);
    for (const pack of packs) counts[pack] = (counts[pack] as number) + 1;
    let sum = 0;
    const next = counts.map((count) => (sum += count) - count);
    const files = new Uint32Array(this.#count);
    packs.forEach((pack, file) => {
      const to = next[pack] as number;
      files[to] = file;
      next[pack] = to + 1;
    });
    return { files, ends: next };
  }

  #grow(): void {
    const capacity = this.#count * 2;
    this.#digests = copied(this.#digests, new Uint32Array(capacity));
    this.#sizes = copied(this.#sizes, new Float64Array(capacity));
    this.#packs = copied(this.#packs, new Uint32Array(capacity));
    this.#positions = copied(this.#positions, new Uint32Array(capacity));
  }
}

function copied<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
