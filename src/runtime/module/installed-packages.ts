import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, type Value, type ValueMap } from '../../core/value.ts';

/** One `node_modules/…` folder as a lock file of npm describes it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball; '' where the lock file has none. */
  readonly integrity: string;
  /** Made for some operating systems or processors only: another machine has another one in its place. */
  readonly platform: boolean;
}

/** By folder relative to the folder of the lock file: `node_modules/a/node_modules/b`. */
type InstalledPackages = ReadonlyMap<string, InstalledPackage>;

const NONE: InstalledPackages = new Map();
const cache = new Map<string, { readonly stamp: string; readonly packages: InstalledPackages }>();

/**
 * What npm has installed under `folder/node_modules`: by npm's own record there, else by the lock file
 * of the project; empty where there is neither (other package managers). Read once a process for each state of the file.
 */
function installedPackages(folder: string): InstalledPackages {
  return readLockFile(join(folder, 'node_modules', '.package-lock.json')) ?? readLockFile(join(folder, 'package-lock.json')) ?? NONE;
}

/** The folder that holds `node_modules`, the name and the folder of the package that a file belongs to. */
export interface PackageLocation {
  readonly base: string;
  readonly name: string;
  readonly folder: string;
}

/** Undefined for a file that is in no `node_modules`. */
export function packageOf(path: string): PackageLocation | undefined {
  const start = path.lastIndexOf(SEGMENT);
  if (start === -1) return undefined;
  const [first = '', second = ''] = path.slice(start + SEGMENT.length).split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return { base: path.slice(0, path.indexOf(SEGMENT)), name, folder: path.slice(0, start + SEGMENT.length) + name };
}

/** What npm's record says of the package at `location`; undefined where it knows none. */
export function recordedPackage({ base, folder }: PackageLocation): InstalledPackage | undefined {
  return installedPackages(base).get(folder.slice(base.length + 1));
}

/** Name, version and integrity of the package at `location`; the version is '' when it has no readable package.json. */
export function describePackage(location: PackageLocation): InstalledPackage {
  return recordedPackage(location) ?? readPackageJson(location);
}

/** `folder` and the folders above it. */
export function* foldersUpwards(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (dirname(current) === current) return;
  }
}

const SEGMENT = '/node_modules/';

function readLockFile(path: string): InstalledPackages | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const stamp = `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
  const known = cache.get(path);
  if (known?.stamp === stamp) return known.packages;
  const packages = parseLockFile(readFileSync(path, 'utf8'));
  if (packages !== undefined) cache.set(path, { stamp, packages });
  return packages;
}

/** A lock file that cannot be parsed is npm's to complain about; packages are then known by their package.json. */
function parseLockFile(text: string): InstalledPackages | undefined {
  const packages = new Map<string, InstalledPackage>();
  const entries = fieldsOf(text)?.['packages'];
  if (!isMap(entries)) return undefined;
  for (const [folder, entry] of Object.entries(entries)) {
    const location = packageOf(`/${folder}`);
    if (location === undefined || !isMap(entry) || entry['link'] === true || typeof entry['version'] !== 'string') continue;
    packages.set(folder, toInstalled(location.name, entry['version'], textOf(entry['integrity']), entry));
  }
  return packages;
}

function readPackageJson({ folder, name }: PackageLocation): InstalledPackage {
  const path = join(folder, 'package.json');
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return toInstalled(name, '', '', {});
  const content = fieldsOf(readFileSync(path, 'utf8')) ?? {};
  return toInstalled(name, textOf(content['version']), '', content);
}

/** Undefined where the text is no JSON object. */
function fieldsOf(text: string): ValueMap | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

function toInstalled(name: string, version: string, integrity: string, { os, cpu, libc }: ValueMap): InstalledPackage {
  return { name, version, integrity, platform: os !== undefined || cpu !== undefined || libc !== undefined };
}
