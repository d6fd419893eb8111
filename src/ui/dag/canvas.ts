/** Directions in which a line leaves a cell. */
export const UP = 1;
export const DOWN = 2;
export const LEFT = 4;
export const RIGHT = 8;

const UNICODE_LINES: { readonly [mask: number]: string } = {
  [UP]: '│',
  [DOWN]: '│',
  [UP | DOWN]: '│',
  [LEFT]: '─',
  [RIGHT]: '─',
  [LEFT | RIGHT]: '─',
  [DOWN | RIGHT]: '┌',
  [DOWN | LEFT]: '┐',
  [UP | RIGHT]: '└',
  [UP | LEFT]: '┘',
  [UP | DOWN | RIGHT]: '├',
  [UP | DOWN | LEFT]: '┤',
  [DOWN | LEFT | RIGHT]: '┬',
  [UP | LEFT | RIGHT]: '┴',
  [UP | DOWN | LEFT | RIGHT]: '┼',
};

interface Cell {
  mask: number;
  /** Directions of each line that passes here, to tell a crossing from a junction. */
  lines: Map<number, number>;
  text: string | undefined;
}

function isStraight(mask: number): boolean {
  return mask === (UP | DOWN) || mask === (LEFT | RIGHT);
}

/** Lines and texts on a grid of terminal cells; what was drawn first and last makes no difference. */
export class Canvas {
  private readonly rows: Map<number, Cell>[] = [];
  private readonly unicode: boolean;

  constructor(unicode: boolean) {
    this.unicode = unicode;
  }

  /** Line `id` passes the cell in the given directions. */
  line(row: number, column: number, mask: number, id: number): void {
    const cell = this.cell(row, column);
    cell.mask |= mask;
    cell.lines.set(id, (cell.lines.get(id) ?? 0) | mask);
  }

  vertical(column: number, fromRow: number, toRow: number, id: number): void {
    for (let row = fromRow; row <= toRow; row += 1) {
      this.line(row, column, (row > fromRow ? UP : 0) | (row < toRow ? DOWN : 0), id);
    }
  }

  horizontal(row: number, fromColumn: number, toColumn: number, id: number): void {
    const [first, last] = fromColumn < toColumn ? [fromColumn, toColumn] : [toColumn, fromColumn];
    for (let column = first; column <= last; column += 1) {
      this.line(row, column, (column > first ? LEFT : 0) | (column < last ? RIGHT : 0), id);
    }
  }

  /** A text that takes `width` cells whatever its characters. */
  wide(row: number, column: number, text: string, width: number): void {
    for (let index = 0; index < width; index += 1) this.cell(row, column + index).text = index === 0 ? text : '';
  }

  lines(): string[] {
    return Array.from({ length: this.rows.length }, (_, row) => this.rowText(this.rows[row] ?? new Map()));
  }

  private rowText(row: ReadonlyMap<number, Cell>): string {
    const width = Math.max(-1, ...row.keys()) + 1;
    let text = '';
    for (let column = 0; column < width; column += 1) text += this.cellText(row.get(column));
    return text.trimEnd();
  }

  private cellText(cell: Cell | undefined): string {
    if (cell === undefined) return ' ';
    if (cell.text !== undefined) return cell.text;
    const crossing = cell.lines.size > 1 && [...cell.lines.values()].every(isStraight);
    if (this.unicode) return crossing ? '│' : (UNICODE_LINES[cell.mask] ?? ' ');
    if (crossing || (cell.mask & (LEFT | RIGHT)) === 0) return '|';
    return (cell.mask & (UP | DOWN)) === 0 ? '-' : '+';
  }

  private cell(row: number, column: number): Cell {
    while (this.rows.length <= row) this.rows.push(new Map());
    const cells = this.rows[row] as Map<number, Cell>;
    const known = cells.get(column);
    if (known !== undefined) return known;
    const created: Cell = { mask: 0, lines: new Map(), text: undefined };
    cells.set(column, created);
    return created;
  }
}
