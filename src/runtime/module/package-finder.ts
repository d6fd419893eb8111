import { realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describePackage, foldersUpwards, packageOf, recordedPackage, type InstalledPackage } from './installed-packages.ts';

/** What the name of a package leads to. Folders are absolute and real. */
type FoundPackage =
  | { readonly kind: 'package'; readonly folder: string; readonly installed: InstalledPackage }
  /** A link out of `node_modules`: what is loaded there are own files. */
  | { readonly kind: 'linked'; readonly folder: string };

/** Looks from `folder` (absolute, real) upwards as Node does; undefined where no folder has it. Remembers what it has seen. */
export type PackageFinder = (folder: string, name: string) => FoundPackage | undefined;

/** For one look at the workspace: a change that comes after the first question may go unnoticed. */
export function createPackageFinder(): PackageFinder {
  const places = new Map<string, FoundPackage | undefined>();
  const folders = new Map<string, boolean>();

  function at(place: string): FoundPackage | undefined {
    if (!places.has(place)) places.set(place, look(place));
    return places.get(place);
  }

  /** npm's record counts also for what is not on the disk, as long as anything is installed there: it says what is to be there. */
  function look(place: string): FoundPackage | undefined {
    const onDisk = isFolder(place);
    const folder = onDisk ? realpathSync.native(place) : place;
    const location = packageOf(`${folder}/`);
    if (location === undefined) return { kind: 'linked', folder };
    if (!onDisk && (!hasPackages(location.base) || recordedPackage(location) === undefined)) return undefined;
    return { kind: 'package', folder: location.folder, installed: describePackage(location) };
  }

  function hasPackages(base: string): boolean {
    const known = folders.get(base) ?? isFolder(join(base, 'node_modules'));
    folders.set(base, known);
    return known;
  }

  return (start, name) => {
    for (const folder of foldersUpwards(start)) {
      const found = basename(folder) === 'node_modules' ? undefined : at(join(folder, 'node_modules', name));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
