import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDigest } from '../../core/content.ts';
import type { CodeDigest } from '../../core/lock/types.ts';
import { hashBytes } from '../../fs/hash.ts';
import { packageFieldsDigest } from './package-fields.ts';
import { askedFor, packagesNow } from './package-graph.ts';
import { linkDigest, statsOfLink } from './path-links.ts';

export interface CodeChange {
  /** Own file or symlink, project path. */
  readonly path?: string;
  /** Who asks for which package, as in `PackageGraph`. */
  readonly key?: string;
  readonly old: string;
  /** Digest, integrity, `name@version` where another version is found, `missing`, `present` for a folder where nothing was, `link` for what a link has come before. */
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
  packages: { readonly [importerToPackage: string]: string },
): readonly CodeChange[] {
  const realRoot = realpathSync.native(root);
  return [...filesChanged(realRoot, code), ...packagesChanged(realRoot, packages)];
}

function filesChanged(root: string, code: { readonly [path: string]: CodeDigest }): readonly CodeChange[] {
  const changes: CodeChange[] = [];
  const realFolders = new Map<string, boolean>();
  const isReal = (folder: string): boolean => {
    const known = realFolders.get(folder) ?? realpathSync.native(folder) === folder;
    realFolders.set(folder, known);
    return known;
  };
  for (const [path, old] of Object.entries(code)) {
    const file = join(root, path);
    const digest = currentDigest(file, old);
    // The same bytes behind a link load their neighbours from somewhere else.
    const now = digest === old && digest !== 'missing' && !isReal(dirname(file)) ? 'link' : digest;
    if (now !== old) changes.push({ path, old, new: now });
  }
  return changes;
}

function packagesChanged(root: string, packages: { readonly [importerToPackage: string]: string }): readonly CodeChange[] {
  const changes: CodeChange[] = [];
  const now = packagesNow(root, packages);
  for (const [key, old] of Object.entries(packages)) {
    if (now[key] !== old) changes.push({ key, old, new: now[key] ?? insteadOf(key, now, packages) });
  }
  const known = new Set(changes.map(({ key = '' }) => askedFor(key)));
  for (const [key, value] of Object.entries(now)) {
    if (!Object.hasOwn(packages, key) && !known.has(askedFor(key))) changes.push({ key, old: 'missing', new: value });
  }
  return changes;
}

/** `name@version` of what the same importer gets for the same name. */
function insteadOf(key: string, now: { readonly [key: string]: string }, before: { readonly [key: string]: string }): string {
  const asked = askedFor(key);
  const other = Object.keys(now).find((candidate) => !Object.hasOwn(before, candidate) && askedFor(candidate) === asked);
  return other === undefined || other === asked ? 'missing' : other.slice(other.indexOf(' > ') + 3);
}

interface KnownFile {
  readonly stamp: string;
  readonly digest: string;
  readonly fields?: string;
}

const known = new Map<string, KnownFile>();

/**
 * A package.json counts as unchanged when its bytes are the same (imported as data) or its fields are
 * (resolution); it may be a link, as only its text matters. All other links count by their target.
 */
function currentDigest(path: string, old: CodeDigest): string {
  let stats = statsOfLink(path);
  if (stats?.isSymbolicLink() === true) {
    const digest = linkDigest(path);
    if (digest === old) return digest;
    stats = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (stats !== undefined && basename(path) !== 'package.json') return digest;
  }
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
