import { parseArgs } from 'node:util';
import { COMMON, commonOptions, roundsOf, type CommonOptions } from '../lib/options.ts';

export interface Options extends CommonOptions {
  /** Peers that need minutes take part in the first so many rounds. */
  readonly peerRounds: number;
  /** Files in the folder that most rows are about. */
  readonly files: number;
  /** Bytes of the one big file. */
  readonly bigBytes: number;
  readonly huge: boolean;
}

export const USAGE = `node bench/data.ts [options]      (or: npm run bench -- data [options])

Speeds of data against DVC, git, restic, tar and Oxen in one run; Markdown on stdout, progress on stderr.

  --only a,b         only these sections: add, status, checkout, stages, big, gc, disk, huge-file, million, memory
  --rounds n         default 3; medians, and ratios round by round
  --peer-rounds n    rounds in which DVC takes part (it needs minutes); default: all
  --quick            10,000 files and 128 MiB instead of 100,000 and 1 GiB: for development, targets do not apply
  --huge             also one file of 10 GiB and a folder of 1,000,000 files (needs about 30 GB of disk)
  --dir path         where to work: the disk to measure; default: the temp folder
  --mlo path         bin/mlo.js of another checkout

Peers, each left out where it is not found: git and tar in PATH; MLO_BENCH_DVC=/path/to/dvc;
MLO_BENCH_RESTIC=/path/to/restic; MLO_BENCH_OXEN=/path/to/python that has the package oxenai.
`;

export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: { ...COMMON, 'peer-rounds': { type: 'string' }, huge: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  const common = commonOptions(values);
  const { rounds, quick } = common;
  return {
    ...common,
    peerRounds: values['peer-rounds'] === undefined ? rounds : Math.min(rounds, roundsOf(values['peer-rounds'])),
    files: quick ? 10_000 : 100_000,
    bigBytes: quick ? 2 ** 27 : 2 ** 30,
    huge: values.huge,
  };
}
