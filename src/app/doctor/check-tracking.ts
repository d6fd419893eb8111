import { existsSync, statSync } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { networkFileSystem } from '../../fs/network-file-system.ts';
import { reasonOf, type DoctorCheck } from './doctor-check.ts';

const MIB = 1024 ** 2;
/** A write-ahead log this large says that some reader never lets go of the database, bytes. */
const LARGE_LOG = 256 * MIB;

/** Whether the tracking database may lie where it does, and holds together, with all its points. */
export async function checkTracking(path: string): Promise<DoctorCheck> {
  const network = networkFileSystem(path);
  if (network !== undefined)
    return {
      name: 'tracking',
      status: 'fail',
      message: `${path} is on a network file system (${network}): runs cannot be recorded there`,
      fix: 'mlo config set tracking.path ~/mlo-tracking.db --local',
    };
  if (!existsSync(path)) return { name: 'tracking', status: 'ok', message: 'no runs yet' };
  try {
    const { checkDatabase } = await import('../../tracking/check-database.ts');
    const { runs, points, problems, fix = 'mlo verify' } = checkDatabase(path, { quick: true, points: true });
    const [first] = problems;
    if (first !== undefined) return { name: 'tracking', status: 'fail', message: `${path} is damaged: ${first}`, fix };
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    const size = `${runs} runs with ${points} points in ${(statSync(path).size / MIB).toFixed(1)} MiB`;
    if (log < LARGE_LOG) return { name: 'tracking', status: 'ok', message: size };
    return {
      name: 'tracking',
      status: 'warn',
      message: `${size}, and ${Math.round(log / MIB)} MiB in ${path}-wal that could not be taken over yet`,
      fix: 'End the programs that have the database open',
    };
  } catch (error) {
    return { name: 'tracking', status: 'fail', message: reasonOf(error), fix: fixOf(error) ?? 'mlo verify' };
  }
}

function fixOf(error: unknown): string | undefined {
  return error instanceof MloError ? error.hint : undefined;
}
