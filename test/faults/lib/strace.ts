import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { injecting, LAUNCHER, requirePeer, runCommand, type CommandResult } from '../../helpers/index.ts';
import { withoutBuild } from '../../helpers/without-build.ts';
import { scratchFolder } from './scratch-folder.ts';

/** `MLO_FAULTS_FULL=1`: at every write point, with more files, instead of a sample. */
export const IS_FULL = process.env['MLO_FAULTS_FULL'] === '1';

/** In the sample: what comes later is more of the same. */
const MOST = IS_FULL ? Number.POSITIVE_INFINITY : 9;

/** Calls by which anything gets onto the disk. */
const WRITE_CALLS = [
  'write',
  'pwrite64',
  'rename',
  'unlink',
  'mkdir',
  'rmdir',
  'link',
  'symlink',
  'fsync',
  'fdatasync',
  'fchmod',
  'chmod',
  'ftruncate',
] as const;

/** The call that is hit: the `nth` of its kind in some thread. */
export interface Point {
  readonly call: string;
  readonly nth: number;
}

/**
 * Where the command can be hit: each call that it does, for the first, third, ninth … of its kind, since what comes
 * first differs most; in full for each of them. `next` is told whether the last one was hit: no thread may come so far.
 */
export async function* writePoints(
  cwd: string,
  args: readonly string[],
  calls: readonly string[] = WRITE_CALLS,
): AsyncGenerator<Point, void, boolean> {
  const counts = await countCalls(cwd, args, calls);
  for (const call of calls) {
    const count = counts.get(call) ?? 0;
    let isHit = true;
    for (let nth = 1; nth <= Math.min(count, MOST) && isHit; nth = IS_FULL ? nth + 1 : nth * 3) isHit = yield { call, nth };
  }
}

/** The command line with one system call that fails or kills. `fault`: as strace has it, `signal=SIGKILL`, `error=EIO`. */
export async function mloInjected(
  cwd: string,
  args: readonly string[],
  { call, nth }: Point,
  fault: string,
  { onwards = false }: { readonly onwards?: boolean } = {},
): Promise<CommandResult> {
  return await traced(cwd, args, injecting(call, `${fault}:when=${nth}${onwards ? '+' : ''}`));
}

/** How often a command does each call, in all threads. It is run for that. */
async function countCalls(cwd: string, args: readonly string[], calls: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const table = join(scratchFolder(), 'calls');
  await traced(cwd, args, ['--seccomp-bpf', '-f', '-qq', '-c', '-o', table, '-e', `trace=${calls.join(',')}`]);
  const rows = readFileSync(table, 'utf8').matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$/gm);
  return new Map([...rows].map(([, count, call]) => [String(call), Number(count)]));
}

async function traced(cwd: string, args: readonly string[], options: readonly string[]): Promise<CommandResult> {
  const strace = requirePeer('strace');
  return await runCommand(strace, [...options, process.execPath, LAUNCHER, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...withoutBuild() },
    timeoutMs: 120_000,
  });
}
