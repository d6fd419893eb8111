import { LAUNCHER, runCommand, type CommandResult } from '../../helpers/index.ts';
import { withoutBuild } from '../../helpers/without-build.ts';
import { CALLS, counted, injected, type Call, type Fault, type Point } from './inject.ts';
import { IS_FULL } from './is-full.ts';

/** In the sample: what comes later is more of the same. */
const MOST = IS_FULL ? Number.POSITIVE_INFINITY : 9;

/** Where `copy_file_range` fails, libuv copies in another way: that is for tests that mean it. */
const WRITE_CALLS = CALLS.filter((call) => call !== 'copy_file_range');

/**
 * Where the command can be hit: each call that it does, for the first, third, ninth … of its kind, since what comes
 * first differs most; in full for each of them. `next` is told whether the last one was hit: threads may make fewer calls another time.
 */
export async function* writePoints(
  cwd: string,
  args: readonly string[],
  calls: readonly Call[] = WRITE_CALLS,
): AsyncGenerator<Point, void, boolean> {
  const { env, read } = counted();
  await mlo(cwd, args, env);
  const counts = read();
  for (const call of calls) {
    const count = counts.get(call) ?? 0;
    let isHit = true;
    for (let nth = 1; nth <= Math.min(count, MOST) && isHit; nth = IS_FULL ? nth + 1 : nth * 3) isHit = yield { call, nth };
  }
}

/** The command line with one system call that fails or kills. */
export async function mloInjected(cwd: string, args: readonly string[], point: Point, fault: Fault): Promise<CommandResult> {
  return await mlo(cwd, args, injected(point, fault));
}

async function mlo(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<CommandResult> {
  return await runCommand(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...withoutBuild(), ...env },
    timeoutMs: 120_000,
  });
}
