import type { FlowerTable } from './flowers.ts';

export const IRIS_FEATURES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
export const IRIS_SPECIES = ['setosa', 'versicolor', 'virginica'];
const FLOWERS = 150;

/**
 * Holds the raw table to what every later stage relies on.
 * @throws Error that names `file` and the first line at fault.
 */
export function checkIris({ features, flowers }: FlowerTable, file: string): void {
  if (features.join() !== IRIS_FEATURES.join()) {
    throw new Error(`${file}:1: expected the columns ${IRIS_FEATURES.join(', ')}, found ${features.join(', ')}`);
  }
  for (const [index, { measures, species }] of flowers.entries()) {
    const place = `${file}:${index + 2}`;
    if (!IRIS_SPECIES.includes(species)) {
      throw new Error(`${place}: expected one of the species ${IRIS_SPECIES.join(', ')}, found "${species}"`);
    }
    for (const [column, measure] of measures.entries()) {
      if (measure <= 0) throw new Error(`${place}: expected ${features[column]} above 0 cm, found ${measure}`);
    }
  }
  if (flowers.length !== FLOWERS) {
    throw new Error(`${file}:${flowers.length + 1}: expected ${FLOWERS} flowers, found ${flowers.length}`);
  }
}
