import type { LinkType } from '../types.ts';

/** Links that share the object itself; the others make a file of its own. */
export function linksToObjects(link: readonly LinkType[]): boolean {
  return link[0] === 'hardlink' || link[0] === 'symlink';
}
