import type { Flower, FlowerTable } from './flowers.ts';

/** The shape of a leaf says more about the species than its size: length over width, for sepals and petals. */
const RATIOS = [
  { name: 'sepal_ratio', length: 'sepal_length', width: 'sepal_width' },
  { name: 'petal_ratio', length: 'petal_length', width: 'petal_width' },
];

/** Adds one column a ratio behind the measured ones. */
export function addRatios({ features, flowers }: FlowerTable): FlowerTable {
  const columns = RATIOS.map(({ length, width }) => ({ length: columnOf(features, length), width: columnOf(features, width) }));
  const withRatios = ({ measures, species }: Flower): Flower => {
    const ratios = columns.map(({ length, width }) => measures[length]! / measures[width]!);
    return { measures: [...measures, ...ratios], species };
  };
  return { features: [...features, ...RATIOS.map((ratio) => ratio.name)], flowers: flowers.map(withRatios) };
}

function columnOf(features: readonly string[], name: string): number {
  const column = features.indexOf(name);
  if (column === -1) throw new Error(`expected a column ${name}, found ${features.join(', ')}`);
  return column;
}
