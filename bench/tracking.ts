import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatRows } from './data/rows.ts';
import { machineLine, makeWorkplace } from './data/workplace.ts';
import { runSections, type Sections } from './lib/sections.ts';
import { chartRows } from './tracking/chart.ts';
import { findMlflow } from './tracking/mlflow.ts';
import { pointsRows } from './tracking/points.ts';
import { runsRows } from './tracking/runs.ts';
import { searchRows } from './tracking/search.ts';
import { streamRows } from './tracking/stream.ts';
import type { TrackingWorld } from './tracking/world.ts';
import { launcher } from './lib/launcher.ts';
import { COMMON, roundsOf } from './lib/options.ts';

const SECTIONS: Sections<TrackingWorld> = {
  points: pointsRows,
  runs: runsRows,
  stream: streamRows,
  search: searchRows,
  chart: chartRows,
};

const USAGE = `node bench/tracking.ts [options]      (or: npm run bench -- tracking [options])

Speeds of recording and finding runs, next to MLflow with SQLite in the same run; Markdown on stdout, progress on stderr.

  --only a,b    only these sections: ${Object.keys(SECTIONS).join(', ')}
  --rounds n    default 3; medians, and ratios round by round
  --quick       a tenth of the work: for development, targets do not apply
  --dir path    where to work: the disk to measure; default: the temp folder
  --mlo path    bin/mlo.js of another checkout

MLflow takes part where MLO_BENCH_MLFLOW=/path/to/python names a python that has it.
`;

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: COMMON });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const mlo = launcher(values.mlo);
  const base = makeWorkplace(values.dir);
  const mlflow = findMlflow(process.env);
  const world: TrackingWorld = {
    rounds: roundsOf(values.rounds),
    scale: values.quick ? 0.1 : 1,
    mlo: [process.execPath, mlo],
    mlflow: mlflow.python,
    folder: (name) => mkdtempSync(join(base, `${name}-`)),
  };
  const { rows, failed } = await runSections(SECTIONS, values.only, world);
  process.stdout.write(`${machineLine(base)}; ${world.rounds} rounds\n\n${formatRows(rows, !values.quick)}\n\n- ${mlflow.line}\n`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
