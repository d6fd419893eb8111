import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../../core/content.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { brokenListName, type PackName } from './pack-name.ts';

const FIRST_LINE = 'mlo-broken 1';

/**
 * Entries of a pack that were found broken: a line each, sorted, after a first line that names the format. A list that
 * cannot be read, or was lost, does no harm: whoever reads the entry finds it broken again.
 */
export function readBrokenList(folder: string, pack: PackName): ReadonlySet<Digest> {
  const path = join(folder, brokenListName(pack));
  return withIoErrors('read', path, () => {
    try {
      const [first, ...lines] = readFileSync(path, 'latin1').split('\n');
      return new Set(first === FIRST_LINE ? lines.filter(isDigest) : []);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return new Set<Digest>();
      throw error;
    }
  });
}

/** Adds to what other processes have found. */
export function addToBrokenList(folder: string, pack: PackName, digest: Digest): ReadonlySet<Digest> {
  const path = join(folder, brokenListName(pack));
  const digests = new Set([...readBrokenList(folder, pack), digest]);
  withIoErrors('write', path, () => writeFileAtomic(path, `${[FIRST_LINE, ...[...digests].sort()].join('\n')}\n`, { shared: true }));
  return digests;
}
