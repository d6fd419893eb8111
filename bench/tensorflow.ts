import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatRows } from './data/rows.ts';
import { machineLine, makeWorkplace } from './data/workplace.ts';
import { COMMON, roundsOf } from './lib/options.ts';
import { runSections, type Sections } from './lib/sections.ts';
import { autologRows } from './tensorflow/autolog.ts';
import { epochRows } from './tensorflow/epoch.ts';
import { imageFolderRows } from './tensorflow/image-folder.ts';
import { findPeers } from './tensorflow/peers.ts';
import { predictionRows } from './tensorflow/prediction.ts';
import { sideBySideRows } from './tensorflow/side-by-side.ts';
import type { TensorFlowWorld } from './tensorflow/world.ts';

const SECTIONS: Sections<TensorFlowWorld> = {
  epoch: epochRows,
  prediction: predictionRows,
  'side-by-side': sideBySideRows,
  autolog: autologRows,
  images: imageFolderRows,
};

const USAGE = `node bench/tensorflow.ts [options]      (or: npm run bench -- tensorflow [options])

Speeds of training, prediction and reading pictures; Markdown on stdout, progress on stderr. MLO_BENCH_KERAS=/path/to/python adds the rows of
Keras 3 and Pillow (pip install tensorflow-cpu==2.21.0 pillow); mlo backend install those of native.

  --only a,b    only these sections: ${Object.keys(SECTIONS).join(', ')}
  --rounds n    default 3; medians, and ratios round by round
  --quick       less of the work: for development, targets do not apply
  --data path   a folder in Fashion-MNIST's format with 720 images or more; default: that of examples/fashion-mnist
`;

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: COMMON.only,
      rounds: COMMON.rounds,
      quick: COMMON.quick,
      help: COMMON.help,
      data: { type: 'string', default: join(import.meta.dirname, '..', 'examples', 'fashion-mnist', 'data', 'sample') },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!existsSync(values.data))
    throw new Error(`There are no images in ${values.data}: --data path names a folder in Fashion-MNIST's format`);
  const base = makeWorkplace(tmpdir());
  const peers = findPeers(process.env);
  const folder = (name: string): string => mkdtempSync(join(base, `${name}-`));
  const world: TensorFlowWorld = { rounds: roundsOf(values.rounds), scale: values.quick ? 0.2 : 1, data: values.data, peers, folder };
  const { rows, failed } = await runSections(SECTIONS, values.only, world);
  process.stdout.write(
    `${machineLine(tmpdir())}; ${world.rounds} rounds\n\n${formatRows(rows, !values.quick)}\n\n${peers.notes.map((note) => `- ${note}\n`).join('')}`,
  );
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
