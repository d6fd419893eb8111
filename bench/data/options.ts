import { parseArgs } from 'node:util';
import { tmpdir } from 'node:os';

export interface Options {
  /** Sections to measure; empty = all but the huge ones. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Peers that need minutes take part in the first so many rounds. */
  readonly peerRounds: number;
  /** Files in the folder that most rows are about. */
  readonly files: number;
  /** Bytes of the one big file. */
  readonly bigBytes: number;
  readonly huge: boolean;
  readonly quick: boolean;
  /** Everything is made in a folder of its own in here: this is the disk that is measured. */
  readonly dir: string;
  /** The command line that is measured: bin/mlo.js of this or another checkout. */
  readonly mlo?: string;
}

export const USAGE = `node bench/data.ts [options]      (or: npm run bench -- data [options])

Speeds of data against DVC, git, restic, tar and Oxen in one run; Markdown on stdout, progress on stderr.

  --only a,b         only these sections: add, status, checkout, stages, big, gc, disk, huge-file, million
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
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      'peer-rounds': { type: 'string' },
      quick: { type: 'boolean', default: false },
      huge: { type: 'boolean', default: false },
      dir: { type: 'string', default: tmpdir() },
      mlo: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const rounds = count(values.rounds);
  return {
    only: values.only.split(',').filter((name) => name !== ''),
    rounds,
    peerRounds: values['peer-rounds'] === undefined ? rounds : Math.min(rounds, count(values['peer-rounds'])),
    files: values.quick ? 10_000 : 100_000,
    bigBytes: values.quick ? 2 ** 27 : 2 ** 30,
    huge: values.huge,
    quick: values.quick,
    dir: values.dir,
    ...(values.mlo === undefined ? {} : { mlo: values.mlo }),
  };
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`'${text}' is not a number of rounds`);
  return value;
}
