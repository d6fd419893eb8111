import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { CodeDigest } from '../../core/lock/types.ts';
import { hashBytes } from '../../fs/hash.ts';
import { foldersUpwards } from './installed-packages.ts';
import { packageFieldsDigest } from './package-fields.ts';
import { createPackageGraph } from './package-graph.ts';
import { linkDigest, linksOnTheWay } from './path-links.ts';

/** What a stage was found to load. Paths given are absolute, and real where not said otherwise; those kept are relative to the project root. */
export interface CodeGraph {
  /** An own file, by the bytes that were loaded. */
  addFile(path: string, bytes: string | Uint8Array): void;
  /** A path that resolution tried in vain; one that exists is not recorded. */
  addMissing(path: string): void;
  /** The symlinks of the project by which a path, as it is written, leads to its file. */
  addLinks(path: string): void;
  /** A file in `folder` asks for a package. */
  addImport(folder: string, name: string): void;
  /** The package that a file belongs to, by whatever way it was found. */
  addPackage(path: string): void;
  /** The package.json that says what kind of module a file in `folder` is, and those that do not exist on the way to it. */
  addScope(folder: string): void;
  has(path: string): boolean;
  readonly code: { readonly [path: string]: CodeDigest };
  readonly packages: { readonly [importerToPackage: string]: string };
}

export function createCodeGraph(root: string): CodeGraph {
  const code: { [path: string]: CodeDigest } = {};
  const packages = createPackageGraph(root);
  const scopes = new Set<string>();
  const toProjectPath = (path: string): string => relative(root, path).split(sep).join('/');

  function addMissing(path: string): void {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) code[toProjectPath(path)] ??= 'missing';
  }

  return {
    code,
    packages: packages.entries,
    addImport: packages.addImport,
    addPackage: packages.addLoaded,
    has: (path) => Object.hasOwn(code, toProjectPath(path)),
    addMissing,
    addFile(path, bytes) {
      code[toProjectPath(path)] = hashBytes(bytes);
    },
    addLinks(path) {
      for (const link of linksOnTheWay(root, path)) code[toProjectPath(link)] = linkDigest(link);
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
