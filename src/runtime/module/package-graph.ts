import { dirname, join, relative, sep } from 'node:path';
import { describePackage, packageOf } from './installed-packages.ts';
import { createPackageFinder } from './package-finder.ts';

/**
 * Which version of a package each importer gets. An entry is `importer > name@version` to the integrity of
 * the package. The importer is a folder of own files with a slash at its end (`stages/lib/`, `./`), or the
 * package that asks, `name@version`. A name that leads out of `node_modules` is `name@link:project/path`,
 * one that is found nowhere is the bare name with `missing`. Where packages lie is no part of it.
 */
export interface PackageGraph {
  /** A file in `folder` asks for a package. */
  addImport(folder: string, name: string): void;
  /** A file that was loaded, by whatever way: its package is in the graph afterwards. */
  addLoaded(path: string): void;
  readonly entries: { readonly [importerToPackage: string]: string };
}

/** Paths given are absolute and real. Resolves when it is told something, not when it is read. */
export function createPackageGraph(root: string): PackageGraph {
  const walk = createWalk(root);

  /** A package for one platform only is another one elsewhere: what it asks for counts as asked for from where it lies. */
  function importerAt(folder: string): { readonly id: string; readonly folder: string } {
    const location = packageOf(`${folder}/`);
    if (location === undefined) return { id: `${toProjectPath(root, folder)}/`, folder };
    const { platform, version } = describePackage(location);
    return platform ? importerAt(holderOf(location.folder)) : { id: `${location.name}@${version}`, folder: location.folder };
  }

  function addImport(from: string, name: string): void {
    const importer = importerAt(from);
    addFolder(importer.folder);
    walk.addPlace(importer.id, importer.folder);
    walk.addName(importer.id, name);
  }

  /** What no import has led to (found by path, for instance) is there as if asked for from where it lies. */
  function addFolder(folder: string): void {
    const location = packageOf(`${folder}/`);
    if (location !== undefined && !walk.reached.has(location.folder)) {
      walk.reached.add(location.folder);
      addImport(holderOf(location.folder), location.name);
    }
  }

  return { addImport, addLoaded: (path) => addFolder(dirname(path)), entries: walk.entries };
}

/** What the importers and names of `recorded` lead to now. */
export function packagesNow(root: string, recorded: PackageGraph['entries']): PackageGraph['entries'] {
  const walk = createWalk(root);
  for (const key of Object.keys(recorded)) {
    const edge = parseEdge(key);
    if (edge === undefined) continue;
    if (edge.importer.endsWith('/')) walk.addPlace(edge.importer, join(root, edge.importer, '.'));
    walk.addName(edge.importer, edge.name);
  }
  return walk.entries;
}

/** The part of a key that says who asks for what: equal for all versions. */
export function askedFor(key: string): string {
  const edge = parseEdge(key);
  return edge === undefined ? key : `${edge.importer} > ${edge.name}`;
}

function parseEdge(key: string): { readonly importer: string; readonly name: string } | undefined {
  const at = key.indexOf(' > ');
  const [name] = /^@?[^@]+/.exec(key.slice(at + 3)) ?? [];
  return at === -1 || name === undefined ? undefined : { importer: key.slice(0, at), name };
}

interface Walk {
  addPlace(importer: string, folder: string): void;
  addName(importer: string, name: string): void;
  readonly entries: { [importerToPackage: string]: string };
  /** Folders of packages that entries lead to. */
  readonly reached: Set<string>;
}

/**
 * Every name of an importer is followed from every place where the importer lies: several copies of one
 * version of a package may get different packages. Finding out and checking go the same way, in any order.
 */
function createWalk(root: string): Walk {
  const find = createPackageFinder();
  const places = new Map<string, Set<string>>();
  const names = new Map<string, Set<string>>();
  const entries: { [importerToPackage: string]: string } = {};
  const reached = new Set<string>();

  function addPlace(importer: string, folder: string): void {
    if (isNew(places, importer, folder)) for (const name of names.get(importer) ?? []) follow(importer, folder, name);
  }

  function addName(importer: string, name: string): void {
    if (isNew(names, importer, name)) for (const folder of places.get(importer) ?? []) follow(importer, folder, name);
  }

  function follow(importer: string, folder: string, name: string): void {
    const found = find(folder, name);
    if (found === undefined) enter(`${importer} > ${name}`, 'missing');
    else if (found.kind === 'linked') enter(`${importer} > ${name}@link:${toProjectPath(root, found.folder)}`, '');
    else {
      reached.add(found.folder);
      const { version, integrity, platform, name: own } = found.installed;
      if (platform) return;
      enter(`${importer} > ${name}@${version}`, integrity);
      addPlace(`${own}@${version}`, found.folder);
    }
  }

  /** Copies of one version may differ in whether a lock file knows their integrity. */
  function enter(key: string, value: string): void {
    if ((entries[key] ?? '') <= value) entries[key] = value;
  }

  return { addPlace, addName, entries, reached };
}

function isNew(sets: Map<string, Set<string>>, key: string, value: string): boolean {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  if (set.has(value)) return false;
  set.add(value);
  return true;
}

/** The folder whose `node_modules` holds the package in `folder`. */
function holderOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf('/node_modules/')) || '/';
}

function toProjectPath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/') || '.';
}
