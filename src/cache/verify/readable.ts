import { isErrno } from '../../fs/errno.ts';
import { NOTHING_FOUND, type CheckResult, type Damage } from './damage.ts';

/** What the disk does not give back is as lost as what it gives back wrong. */
export function readable(kind: Damage['kind'], file: string, check: () => CheckResult): CheckResult {
  try {
    return check();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return NOTHING_FOUND;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (!isErrno(cause)) throw error;
    return { ...NOTHING_FOUND, damages: [{ kind, file, why: `cannot be read: ${cause.message}` }] };
  }
}
