import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { isErrno } from '../fs/errno.ts';
import { namesIn } from '../fs/names-in.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { Lanes } from './lanes.ts';
import type { Remote } from './port.ts';

const LOADS_AT_ONCE = 8;
/** What is listed may be merged into something else before it is read. */
const MOST_LOOKS = 5;

/** A key below a folder of a remote, named by a digest. */
export interface Listed {
  readonly id: Digest;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

export interface LoadOptions<T> {
  /** Of the remote: `index/`. */
  readonly folder: string;
  /** Where copies are kept here, by `keepCopy`: those of what is listed no more go. */
  readonly kept: string;
  /** For a message: `an index`. */
  readonly what: string;
  /** Undefined where it is gone by now. */
  readonly load: (listed: Listed) => Promise<T | undefined>;
}

/** All that lies in a folder of the remote as of one look. Throws MLO_REMOTE, and what `load` throws; nothing is on its way any more then. */
export async function loadListed<T>(remote: Remote, { folder, kept, what, load }: LoadOptions<T>): Promise<readonly T[]> {
  for (let look = 1; look <= MOST_LOOKS; look += 1) {
    const listed = await listDigests(remote, folder);
    const loaded = await loadAll(listed, load);
    if (loaded === undefined) continue;
    const ids = new Set<string>(listed.map(({ id }) => id));
    for (const name of namesIn(kept)) if (isDigest(name) && !ids.has(name)) rmSync(join(kept, name), { force: true });
    return loaded;
  }
  throw new MloError('MLO_REMOTE', `${remote.address}: ${what} that is listed in ${folder} is not there, in ${MOST_LOOKS} looks`, {
    hint: 'Run the command again in a while',
  });
}

/** By their digests. */
export async function listDigests(remote: Remote, folder: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for await (const { key, size } of remote.list(folder)) {
    const id = key.slice(folder.length);
    if (isDigest(id)) found.push({ id, key, size });
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Undefined where one is gone by now. */
async function loadAll<T>(listed: readonly Listed[], load: LoadOptions<T>['load']): Promise<readonly T[] | undefined> {
  const loaded: T[] = [];
  let isGone = false;
  const lanes = new Lanes(LOADS_AT_ONCE);
  try {
    for (const each of listed) {
      await lanes.begin(async () => {
        if (isGone) return;
        const one = await load(each);
        if (one === undefined) isGone = true;
        else loaded.push(one);
      });
    }
  } finally {
    await lanes.end();
  }
  return isGone ? undefined : loaded;
}

/** A folder that cannot be written costs a download the next time. */
export function keepCopy(folder: string, id: Digest, bytes: Buffer): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, id), bytes);
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}
