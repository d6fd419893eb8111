import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDigest } from '../../core/content.ts';
import type { CodeDigest } from '../../core/lock/types.ts';
import { hashBytes } from '../../fs/hash.ts';
import { describePackage, foldersUpwards, installedPackages, packageOf } from './installed-packages.ts';
import { packageFieldsDigest } from './package-fields.ts';

export interface CodeChange {
  /** Own file, project path. */
  readonly path?: string;
  /** Package, `name@version`. */
  readonly key?: string;
  readonly old: string;
  /** Digest, integrity, `missing`, or `present` for a folder where nothing was. */
  readonly new: string;
}

/**
 * What differs between the modules that a stage was found to load and the workspace; empty = the same
 * code would run. Reads the files (small, each once a process for each state of it) and npm's record of
 * what is installed; loads no module. `root` is absolute.
 */
export function codeChanged(
  root: string,
  code: { readonly [path: string]: CodeDigest },
  packages: { readonly [nameAtVersion: string]: string },
): readonly CodeChange[] {
  const changes: CodeChange[] = [];
  for (const [path, old] of Object.entries(code)) {
    const now = currentDigest(join(root, path), old);
    if (now !== old) changes.push({ path, old, new: now });
  }
  for (const [key, old] of Object.entries(packages)) {
    const now = currentIntegrity(root, key, packages);
    if (now !== old) changes.push({ key, old, new: now ?? 'missing' });
  }
  return changes;
}

interface KnownFile {
  readonly stamp: string;
  readonly digest: string;
  readonly fields?: string;
}

const known = new Map<string, KnownFile>();

/** A package.json counts as unchanged when its bytes are the same (imported as data) or its fields are (resolution). */
function currentDigest(path: string, old: CodeDigest): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (stats === undefined) return 'missing';
  if (!stats.isFile()) return 'present';
  const stamp = `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  let file = known.get(path);
  if (file?.stamp !== stamp) {
    const bytes = readFileSync(path);
    const digest = hashBytes(bytes);
    file = basename(path) === 'package.json' ? { stamp, digest, fields: packageFieldsDigest(bytes.toString()) } : { stamp, digest };
    known.set(path, file);
  }
  return isDigest(old) && file.fields === old ? old : file.digest;
}

/**
 * Integrity of that version of the package where a stage that has loaded `packages` would find it: at the
 * top level, or inside another package that it has loaded. '' where no lock file knows it.
 */
function currentIntegrity(root: string, key: string, packages: { readonly [nameAtVersion: string]: string }): string | undefined {
  const at = key.lastIndexOf('@');
  const name = key.slice(0, at);
  const version = key.slice(at + 1);
  for (const base of foldersUpwards(root)) {
    const installed = installedPackages(base);
    for (const folder of installed.size === 0 ? [] : foldersOf(installed, name)) {
      const found = installed.get(folder);
      if (found?.version !== version) continue;
      const parent = packageOf(`/${folder.slice(0, folder.lastIndexOf('/node_modules/'))}/`);
      const owner = parent === undefined ? undefined : installed.get(parent.folder.slice(1));
      if (owner === undefined || Object.hasOwn(packages, `${owner.name}@${owner.version}`)) return found.integrity;
    }
    if (installed.size === 0 && hasVersion(base, name, version)) return '';
  }
  return undefined;
}

const foldersByName = new WeakMap<ReturnType<typeof installedPackages>, Map<string, string[]>>();

function foldersOf(installed: ReturnType<typeof installedPackages>, name: string): readonly string[] {
  let index = foldersByName.get(installed);
  if (index === undefined) {
    index = new Map();
    for (const [folder, entry] of installed) index.set(entry.name, [...(index.get(entry.name) ?? []), folder]);
    foldersByName.set(installed, index);
  }
  return index.get(name) ?? [];
}

/** For package managers without npm's lock file: by the package.json files that are there. */
function hasVersion(base: string, name: string, version: string): boolean {
  const store = join(base, 'node_modules', '.pnpm');
  const places = [
    join(base, 'node_modules', name),
    join(store, 'node_modules', name),
    join(store, `${name.replace('/', '+')}@${version}`, 'node_modules', name),
  ];
  return places.some((folder) => describePackage({ base, name, folder })?.version === version);
}
