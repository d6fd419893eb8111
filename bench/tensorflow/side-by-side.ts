import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../data/process.ts';
import { formatMs, type Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { range } from '../tracking/figures.ts';
import type { TensorFlowWorld } from './world.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'mlo.js');
const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'fashion-mnist');
const TIMES = 1.5;

/** Whole commands: two trainings of the example, each a native stage, by `-j 1` and by `-j 2`, in turn. */
export async function sideBySideRows(world: TensorFlowWorld): Promise<readonly Row[]> {
  if (!world.peers.native) return [];
  const project = makeProject(world.folder('side-by-side'), Math.max(2, Math.round(20 * world.scale)));
  const repro = async (...args: string[]): Promise<number> =>
    await run({ argv: [process.execPath, LAUNCHER, 'repro', '--quiet', ...args], cwd: project });
  await repro('prepare');
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    one.push(await repro('--force', '-j', '1', 'first', 'second', '--single-item'));
    two.push(await repro('--force', '-j', '2', 'first', 'second', '--single-item'));
  }
  const faster = median(one.map((ms, round) => ms / (two[round] as number)));
  return [
    {
      work: 'two native trainings at `-j 2`, whole commands',
      measured: range(two),
      compared: [`one after the other ${formatMs(median(one))}: ${faster.toFixed(2)}x its speed`],
      targets: [{ text: `≥ ${TIMES}x`, reached: faster >= TIMES }],
    },
  ];
}

function makeProject(folder: string, epochs: number): string {
  for (const part of ['stages', 'data', '.mlo/config.yaml']) {
    mkdirSync(join(folder, '.mlo'), { recursive: true });
    cpSync(join(EXAMPLE, part), join(folder, part), { recursive: true });
  }
  const train = (name: string): string => `  ${name}:
    run: stages/train.ts
    backend: native
    deps: { train: build/train.npz }
    params: [seed, train]
    outs: { model: ${name}/model, history: ${name}/history.csv, curves: ${name}/curves.png }
`;
  writeFileSync(
    join(folder, 'pipeline.yaml'),
    `stages:
  prepare:
    run: stages/prepare.ts
    deps:
      train_images: data/sample/train-images-idx3-ubyte.gz
      train_labels: data/sample/train-labels-idx1-ubyte.gz
      test_images: data/sample/t10k-images-idx3-ubyte.gz
      test_labels: data/sample/t10k-labels-idx1-ubyte.gz
    outs: { train: build/train.npz, test: build/test.npz }
${train('first')}${train('second')}`,
  );
  writeFileSync(
    join(folder, 'params.yaml'),
    `seed: 7\ntrain: { epochs: ${epochs}, batch_size: 32, learning_rate: 0.001, validation: 0.1, plateau: { factor: 0.5, patience: 5 } }\n`,
  );
  return folder;
}
