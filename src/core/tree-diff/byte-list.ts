const PIECE_BYTES = 2 ** 20;

/** Where the bytes of an entry begin. */
export interface Place {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Entries of any lengths one after the other, in pieces of memory that are never copied to grow. */
export class ByteList {
  readonly #pieces: Buffer[] = [];
  /** Of each entry: its piece, and where it begins there. */
  #places = new Uint32Array(128);
  #free = PIECE_BYTES;
  length = 0;

  /** Room for one more entry, zeros. */
  add(bytes: number): Place {
    if (this.#pieces.length === 0 || this.#free + bytes > (this.#pieces.at(-1) as Buffer).length) {
      this.#pieces.push(Buffer.alloc(Math.max(bytes, PIECE_BYTES)));
      this.#free = 0;
    }
    const at = this.#free;
    this.#free += bytes;
    this.#note(this.#pieces.length - 1, at);
    return { bytes: this.#pieces.at(-1) as Buffer, at };
  }

  at(index: number): Place {
    return { bytes: this.#pieces[this.#places[index * 2] as number] as Buffer, at: this.#places[index * 2 + 1] as number };
  }

  #note(piece: number, at: number): void {
    if (this.length * 2 === this.#places.length) {
      const larger = new Uint32Array(this.#places.length * 2);
      larger.set(this.#places);
      this.#places = larger;
    }
    this.#places[this.length * 2] = piece;
    this.#places[this.length * 2 + 1] = at;
    this.length += 1;
  }
}
