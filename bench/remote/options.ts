import { parseArgs } from 'node:util';
import { COMMON, commonOptions, roundsOf, type CommonOptions } from '../lib/options.ts';

export interface Options extends CommonOptions {
  /** DVC needs minutes: it takes part in the first so many rounds. */
  readonly peerRounds: number;
  /** Files of 512 bytes. */
  readonly smallFiles: number;
  /** Files of 20 KB, and files of 512 bytes for the row of latency. */
  readonly files: number;
  /** Bytes of the one large file. */
  readonly bigBytes: number;
  readonly runs: number;
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
  const { values } = parseArgs({ args: [...argv], options: { ...COMMON, 'peer-rounds': { type: 'string', default: '1' } } });
  if (values.help) return 'help';
  const common = commonOptions(values);
  const { quick } = common;
  return {
    ...common,
    peerRounds: roundsOf(values['peer-rounds']),
    smallFiles: quick ? 10_000 : 100_000,
    files: quick ? 1_000 : 10_000,
    bigBytes: quick ? 2 ** 27 : 2 ** 31,
    runs: quick ? 1_000 : 10_000,
  };
}
