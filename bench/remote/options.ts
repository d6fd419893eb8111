import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export interface Options {
  /** Sections to measure; empty = all. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** DVC needs minutes: it takes part in the first so many rounds. */
  readonly peerRounds: number;
  /** Files of 512 bytes. */
  readonly smallFiles: number;
  /** Files of 20 KB, and files of 512 bytes for the row of latency. */
  readonly files: number;
  /** Bytes of the one large file. */
  readonly bigBytes: number;
  readonly runs: number;
  readonly quick: boolean;
  readonly dir: string;
  readonly mlo?: string;
}

export const USAGE = `node bench/remote.ts [options]      (or: npm run bench -- remote [options])

Speeds of push and pull against restic, rclone and DVC at one S3 server (versitygw on loopback) in one run; Markdown on stdout, progress on stderr.

  --only a,b         only these sections: small, medium, big, latency, runs
  --rounds n         default 3; medians, and ratios round by round
  --peer-rounds n    rounds in which DVC takes part (it needs minutes); default: 1
  --quick            a tenth of the work: for development, targets do not apply
  --dir path         where to work: the disk to measure; default: the temp folder
  --mlo path         bin/mlo.js of another checkout

The server is MLO_BENCH_S3=/path/to/versitygw; by default what tools/s3-server-install has installed.
Peers, each left out where it is not found: tar in PATH; MLO_BENCH_RESTIC=/path/to/restic; MLO_BENCH_RCLONE=/path/to/rclone;
MLO_BENCH_DVC=/path/to/dvc (with dvc[s3]).
`;

export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      'peer-rounds': { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      dir: { type: 'string', default: tmpdir() },
      mlo: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  return {
    only: values.only.split(',').filter((name) => name !== ''),
    rounds: Number(values.rounds),
    peerRounds: Number(values['peer-rounds']),
    smallFiles: quick ? 10_000 : 100_000,
    files: quick ? 1_000 : 10_000,
    bigBytes: quick ? 2 ** 27 : 2 ** 31,
    runs: quick ? 1_000 : 10_000,
    quick,
    dir: values.dir,
    ...(values.mlo === undefined ? {} : { mlo: values.mlo }),
  };
}
