import { Option } from 'commander';
import { parsePositiveInteger, parseRate } from '../parse-values.ts';
import { given } from '../../core/given.ts';

export interface TransferFlags {
  readonly remote?: string;
  readonly rev?: string;
  readonly allBranches?: boolean;
  readonly allTags?: boolean;
  readonly jobs?: number;
  readonly dryRun?: boolean;
  readonly runs?: boolean;
  readonly limitRate?: number;
}

export const remoteOption = (): Option => new Option('-r, --remote <name>', 'which remote (default: mlo remote default, or the only one)');

/** `jobs`: transfers side by side where nothing is said. */
export const transferOptions = (jobs: number): readonly Option[] => [
  remoteOption(),
  new Option('--rev <revision>', 'what pointers and locks of a Git revision name, instead of those of the workspace'),
  new Option('--all-branches', 'also what all branches name, local ones and those of remotes'),
  new Option('--all-tags', 'also what all Git tags name'),
  new Option('--no-runs', 'leave out runs with their artifacts, and results of the run-cache'),
  new Option('-j, --jobs <count>', `transfers side by side (default: ${jobs})`).argParser(parsePositiveInteger),
  new Option('--limit-rate <bytes>', 'bytes a second that may travel (10M, 500K; for good: mlo remote modify <name> limit_rate)').argParser(
    parseRate,
  ),
  new Option('--dry-run', 'only say what would travel'),
];

export function transferScope(flags: TransferFlags, targets: readonly string[]) {
  const { remote, rev, jobs, limitRate } = flags;
  return {
    targets,
    allBranches: flags.allBranches === true,
    allTags: flags.allTags === true,
    dry: flags.dryRun === true,
    runs: flags.runs !== false,
    ...given({ remote, rev, jobs, limitRate }),
  };
}
