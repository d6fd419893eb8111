import type { Cache, Observed, TreeEntry } from '../../cache/types.ts';
import { sameContent, type Content, type Digest } from '../../core/content.ts';
import { fromLocked, type LockEntry } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import type { OutSpec, Stage } from '../../core/stage.ts';
import type { OutDifference } from '../../core/verified-stage.ts';
import { fromNameBytes, toDisplayPath } from '../../fs/byte-path.ts';
import { absolutePath } from '../paths.ts';

const MOST_FILES = 20;

/** Outs that are not what the lock says, with what lies there now kept in the cache where outs of that kind are. */
export async function differingOuts(root: string, cache: Cache, stage: Stage, entry: LockEntry): Promise<readonly OutDifference[]> {
  const differences: OutDifference[] = [];
  for (const out of stage.outs) {
    const locked = own(entry.outs, out.path);
    if (locked === undefined) continue;
    const difference = await compare(absolutePath(root, out.path), cache, out, fromLocked(locked));
    if (difference !== undefined) differences.push(difference);
  }
  return differences;
}

async function compare(path: string, cache: Cache, out: OutSpec, locked: Content): Promise<OutDifference | undefined> {
  const found = await cache.observeEntries(path, { includeIgnored: true });
  if (found !== undefined && sameContent(found.content, locked)) return undefined;
  const difference = { path: out.path, locked: locked.digest };
  if (found === undefined) return difference;
  const files =
    found.content.kind === 'tree' && locked.kind === 'tree' && cache.has(locked)
      ? [...differingFiles(found, cache, locked.digest)]
      : undefined;
  if (out.cache) await cache.commit(path, { includeIgnored: true });
  return { ...difference, found: found.content.digest, ...(files === undefined ? {} : { files: files.slice(0, MOST_FILES) }) };
}

/** Paths within the folder; equal sub-folders are not looked into. */
function* differingFiles(found: Observed, cache: Cache, tree: Digest, above = ''): Generator<string> {
  const before = new Map(cache.readTree(tree).map((entry) => [fromNameBytes(entry.name), entry]));
  for (const row of found.rows()) {
    const old = before.get(row.name);
    before.delete(row.name);
    if (old?.type === row.type && old.digest === row.digest) continue;
    const child = old?.type === 'tree' && row.type === 'tree' ? found.child(row.name) : undefined;
    if (child === undefined) yield above + toDisplayPath(row.name);
    else yield* differingFiles(child, cache, (old as TreeEntry).digest, `${above}${toDisplayPath(row.name)}/`);
  }
  for (const entry of before.values()) yield above + entry.name.toString('utf8');
}
