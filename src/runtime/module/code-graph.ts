import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { CodeDigest } from '../../core/lock/types.ts';
import { hashBytes } from '../../fs/hash.ts';
import { describePackage, foldersUpwards, packageOf } from './installed-packages.ts';
import { packageFieldsDigest } from './package-fields.ts';

/** What a stage was found to load. Paths given are absolute and real; those kept are relative to the project root. */
export interface CodeGraph {
  /** An own file, by the bytes that were loaded. */
  addFile(path: string, bytes: string | Uint8Array): void;
  /** A path that resolution tried in vain; one that exists is not recorded. */
  addMissing(path: string): void;
  /** The package that the file belongs to. */
  addPackage(path: string): void;
  /** The package.json that says what kind of module a file in `folder` is, and those that do not exist on the way to it. */
  addScope(folder: string): void;
  has(path: string): boolean;
  readonly code: { readonly [path: string]: CodeDigest };
  readonly packages: { readonly [nameAtVersion: string]: string };
}

export function createCodeGraph(root: string): CodeGraph {
  const code: { [path: string]: CodeDigest } = {};
  const packages: { [nameAtVersion: string]: string } = {};
  const packageFolders = new Set<string>();
  const scopes = new Set<string>();
  const toProjectPath = (path: string): string => relative(root, path).split(sep).join('/');

  function addMissing(path: string): void {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) code[toProjectPath(path)] ??= 'missing';
  }

  return {
    code,
    packages,
    has: (path) => Object.hasOwn(code, toProjectPath(path)),
    addMissing,
    addFile(path, bytes) {
      code[toProjectPath(path)] = hashBytes(bytes);
    },
    addPackage(path) {
      const location = packageOf(path);
      if (location === undefined || packageFolders.has(location.folder)) return;
      packageFolders.add(location.folder);
      const found = describePackage(location);
      if (found !== undefined && !found.platform) packages[`${found.name}@${found.version}`] = found.integrity;
    },
    addScope(start) {
      for (const folder of foldersUpwards(start)) {
        if (scopes.has(folder)) return;
        scopes.add(folder);
        const path = join(folder, 'package.json');
        if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
          code[toProjectPath(path)] ??= packageFieldsDigest(readFileSync(path, 'utf8'));
          return;
        }
        addMissing(path);
        if (folder === root || dirname(folder) === folder) return;
      }
    },
  };
}
