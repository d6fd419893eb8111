/** Bits of the eight dots of a Braille character, by row and column. */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE_START = 0x2800;
const NOBODY = -1;

/** A character of the canvas and the series it belongs to; -1: nobody's. */
export interface CanvasCell {
  readonly text: string;
  readonly owner: number;
}

/**
 * A picture of dots on terminal cells: 2 x 4 Braille dots in each, or the cells themselves on a plain terminal. Row
 * and column 0 are the upper left corner. A cell has the colour of who drew in it last; a mark covers its dots.
 */
export class DotCanvas {
  readonly columns: number;
  readonly rows: number;
  /** Dots in each direction. */
  readonly width: number;
  readonly height: number;
  private readonly braille: boolean;
  private readonly dots: Uint8Array;
  private readonly owners: Int16Array;
  private readonly marks = new Map<number, string>();

  constructor(columns: number, rows: number, braille: boolean) {
    this.columns = columns;
    this.rows = rows;
    this.braille = braille;
    this.width = braille ? columns * 2 : columns;
    this.height = braille ? rows * 4 : rows;
    this.dots = new Uint8Array(columns * rows);
    this.owners = new Int16Array(columns * rows).fill(NOBODY);
  }

  dot(x: number, y: number, owner: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const cell = this.cellAt(x, y);
    this.dots[cell] = (this.dots[cell] as number) | (this.braille ? (BRAILLE_BITS[y & 3]?.[x & 1] as number) : 1);
    this.owners[cell] = owner;
  }

  /** Both ends included. */
  line(x0: number, y0: number, x1: number, y1: number, owner: number): void {
    const count = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    this.dot(x0, y0, owner);
    for (let step = 1; step <= count; step += 1)
      this.dot(Math.round(x0 + ((x1 - x0) * step) / count), Math.round(y0 + ((y1 - y0) * step) / count), owner);
  }

  /** A character on the cell of a dot. */
  mark(x: number, y: number, owner: number, text: string): void {
    const cell = this.cellAt(x, y);
    this.marks.set(cell, text);
    this.owners[cell] = owner;
  }

  isMarked(x: number, y: number): boolean {
    return this.marks.has(this.cellAt(x, y));
  }

  /** `plain`: the character of an owner's dots on a plain terminal. */
  row(row: number, plain: (owner: number) => string): readonly CanvasCell[] {
    return Array.from({ length: this.columns }, (_, column) => {
      const cell = row * this.columns + column;
      const owner = this.owners[cell] as number;
      const dots = this.dots[cell] as number;
      const drawn = this.braille ? String.fromCharCode(BRAILLE_START + dots) : plain(owner);
      return { text: this.marks.get(cell) ?? (dots === 0 ? ' ' : drawn), owner };
    });
  }

  private cellAt(x: number, y: number): number {
    return this.braille ? (y >> 2) * this.columns + (x >> 1) : y * this.columns + x;
  }
}
