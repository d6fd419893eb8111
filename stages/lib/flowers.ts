/** A table of flowers as it travels between the stages: measured columns and, last, the species. */
export interface FlowerTable {
  /** Names of the measured columns, in order. */
  readonly features: readonly string[];
  readonly flowers: readonly Flower[];
}

export interface Flower {
  /** One number for each of `features`; lengths are in centimetres. */
  readonly measures: readonly number[];
  readonly species: string;
}

/**
 * Reads comma-separated text without quotes: a header line that ends with `species`, then one flower a line.
 * @throws Error that names `file`, the line (counted from 1), what was expected and what was found.
 */
export function parseFlowers(text: string, file: string): FlowerTable {
  const [header = '', ...lines] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = header.split(',');
  const features = columns.slice(0, -1);
  if (features.length === 0 || columns.at(-1) !== 'species') {
    throw new Error(`${file}:1: expected a header of columns that ends with "species", found "${header}"`);
  }
  const flowers = lines.map((line, index) => parseFlower(line, features, `${file}:${index + 2}`));
  return { features, flowers };
}

function parseFlower(line: string, features: readonly string[], place: string): Flower {
  const cells = line.split(',');
  if (cells.length !== features.length + 1) {
    throw new Error(`${place}: expected ${features.length + 1} cells, found ${line === '' ? 'an empty line' : cells.length}`);
  }
  const measures = features.map((feature, index) => parseMeasure(cells[index] ?? '', feature, place));
  const species = cells.at(-1) ?? '';
  if (species === '') throw new Error(`${place}: the species is missing`);
  return { measures, species };
}

function parseMeasure(cell: string, feature: string, place: string): number {
  const value = Number(cell);
  if (cell.trim() === '' || !Number.isFinite(value)) {
    throw new Error(`${place}: expected a number for ${feature}, found "${cell}"`);
  }
  return value;
}

/** The text that `parseFlowers` reads back without loss; equal tables give equal text. */
export function formatFlowers({ features, flowers }: FlowerTable): string {
  const header = [...features, 'species'].join(',');
  const lines = flowers.map(({ measures, species }) => [...measures, species].join(','));
  return [header, ...lines].map((line) => `${line}\n`).join('');
}

/** The names of the species in alphabetical order: this order numbers the classes of the model. */
export function speciesOf(flowers: readonly Flower[]): string[] {
  return [...new Set(flowers.map((flower) => flower.species))].toSorted();
}
