import { lstatSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join, sep } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { hashBytes } from '../../fs/hash.ts';

/** As Linux: a longer chain is a circle. */
const LIMIT = 40;

/** The symlinks inside `root` that lie on the way to what `path` leads to; both absolute, `root` real. Each as a path with real folders. */
export function linksOnTheWay(root: string, path: string): readonly string[] {
  const links: string[] = [];
  let rest = partsOf(path.startsWith(`${root}${sep}`) ? path.slice(root.length) : path);
  let current = path.startsWith(`${root}${sep}`) ? root : '/';
  for (let part = rest.shift(); part !== undefined && links.length < LIMIT; part = rest.shift()) {
    const next = join(current, part);
    const stats = statsOfLink(next);
    if (stats === undefined) break;
    if (!stats.isSymbolicLink()) {
      current = next;
      continue;
    }
    links.push(next);
    const target = readlinkSync(next);
    if (target.startsWith('/')) current = '/';
    rest = [...partsOf(target), ...rest];
  }
  return links.filter((link) => link.startsWith(`${root}${sep}`));
}

/** Links count by the text of their target, never by what lies behind it. */
export function linkDigest(link: string): Digest {
  return hashBytes(readlinkSync(link));
}

/** Of the link itself; undefined where there is nothing. */
export function statsOfLink(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    // Unlike statSync, it throws where a file has taken the place of a folder.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
