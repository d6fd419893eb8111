import { rmSync } from 'node:fs';
import { toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { moveIntoPlace, temporaryBeside, tryHardlink, trySymlink } from '../../fs/place.ts';
import type { LinkType } from '../types.ts';

/** Links that share the object itself; the others make a file of its own. */
export function linksToObjects(link: readonly LinkType[]): boolean {
  return link[0] === 'hardlink' || link[0] === 'symlink';
}

/** Makes a link at `place`, where nothing lies, and says of which kind; undefined where no wanted kind works here. */
export function placeLink(link: readonly LinkType[], object: string, place: BytePath): 'hardlink' | 'symlink' | undefined {
  const to = toSystemPath(place);
  for (const type of link) {
    if (type === 'hardlink' && tryHardlink(object, to)) return type;
    if (type === 'symlink' && trySymlink(object, to)) return type;
    if (type === 'copy' || type === 'reflink') return undefined;
  }
  return undefined;
}

/** A link takes the place of what lies at `path`; `check` is the last thing before. False where no wanted kind works here: nothing was done. */
export function placeLinkOver(link: readonly LinkType[], object: string, path: BytePath, check: () => void): boolean {
  const temporary = temporaryBeside(path);
  if (placeLink(link, object, temporary) === undefined) return false;
  try {
    check();
    moveIntoPlace(temporary, path);
  } catch (error) {
    rmSync(toSystemPath(temporary), { force: true });
    throw error;
  }
  return true;
}
