// A grid search that logs by itself, outside of any pipeline: node examples/logging/grid-search.ts
// One run for the search, one below it for each combination, with its loss by epoch.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startRun, withRun } from 'mlo-cli';

const EPOCHS = 60;
const RATES = [0.01, 0.1, 1];
const PENALTIES = [0, 0.01];
const DATA = fileURLToPath(new URL('../data/iris.csv', import.meta.url));

interface Flower {
  /** Four measures, each between 0 and 1, and a 1. */
  readonly x: readonly number[];
  readonly species: number;
}

const flowers = readFlowers();
const [training, test] = [flowers.filter((_, row) => row % 3 !== 0), flowers.filter((_, row) => row % 3 === 0)];

const search = await startRun({ name: 'grid search', params: { epochs: EPOCHS } });
search.logInput(DATA, { context: 'train' });
let best = { accuracy: -1, rate: 0, penalty: 0, weights: [] as number[][] };
for (const rate of RATES) {
  for (const penalty of PENALTIES) {
    await withRun({ nested: true, name: `rate ${rate}, penalty ${penalty}`, params: { rate, penalty } }, (run) => {
      const weights = train(rate, penalty, (epoch, loss) => run.logMetric('loss', loss, { step: epoch }));
      const accuracy = test.filter((flower) => predict(weights, flower) === flower.species).length / test.length;
      run.logMetric('accuracy', accuracy);
      if (accuracy > best.accuracy) best = { accuracy, rate, penalty, weights };
    });
  }
}
search.logMetric('accuracy', best.accuracy);
search.logParams({ rate: best.rate, penalty: best.penalty });
search.logJson(best.weights, 'weights.json');
await search.end();
process.stdout.write(
  `accuracy ${best.accuracy.toFixed(4)} with rate ${best.rate} and penalty ${best.penalty}: mlo runs show ${search.id.slice(0, 8)}\n`,
);

/** Softmax regression by plain gradient descent; a row of weights for each species. */
function train(rate: number, penalty: number, onEpoch: (epoch: number, loss: number) => void): number[][] {
  const weights = [0, 1, 2].map(() => [0, 0, 0, 0, 0]);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const slopes = weights.map((row) => row.map((weight) => weight * penalty));
    let loss = 0;
    for (const { x, species } of training) {
      const chances = chancesOf(weights, x);
      loss -= Math.log(chances[species]!) / training.length;
      for (const [k, chance] of chances.entries()) {
        for (const [i, value] of x.entries()) slopes[k]![i]! += ((chance - (k === species ? 1 : 0)) * value) / training.length;
      }
    }
    for (const [k, row] of weights.entries()) for (const i of row.keys()) row[i]! -= rate * slopes[k]![i]!;
    onEpoch(epoch, loss);
  }
  return weights;
}

function chancesOf(weights: readonly (readonly number[])[], x: readonly number[]): number[] {
  const powers = weights.map((row) => Math.exp(row.reduce((sum, weight, i) => sum + weight * x[i]!, 0)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function predict(weights: readonly (readonly number[])[], { x }: Flower): number {
  const chances = chancesOf(weights, x);
  return chances.indexOf(Math.max(...chances));
}

function readFlowers(): readonly Flower[] {
  const rows = readFileSync(DATA, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  const species = [...new Set(rows.map((cells) => cells[4]!))];
  const largest = [0, 1, 2, 3].map((i) => Math.max(...rows.map((cells) => Number(cells[i]))));
  return rows.map((cells) => ({ x: [...largest.map((top, i) => Number(cells[i]) / top), 1], species: species.indexOf(cells[4]!) }));
}
