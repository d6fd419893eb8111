// The whole module and not its functions: a stage's reads are noticed by what stands in it while the stage runs.
import fs from 'node:fs';
import { join, sep } from 'node:path';
import { dataError } from '../../../core/formats/data-error.ts';
import { hasImageName } from '../../../core/formats/image-kind.ts';
import { quietly } from '../../module/quiet.ts';
import { told } from '../data-file.ts';
import { shownPath } from '../shown-path.ts';

export interface ImageList {
  readonly classes: readonly string[];
  /** From the folder, with `/`; by class, then in order of code units. */
  readonly files: readonly string[];
  /** A class of each file; -1 without classes. */
  readonly labels: Int32Array;
}

/** Objects of mlo's cache, which symlinks of a workspace may lead to. */
const CACHED = /[/\\]objects[/\\][0-9a-f]{2}[/\\][0-9a-f]{62}$/;

/**
 * The pictures of a folder of class folders, by the ends of their names; in class folders also those further down. What is hidden
 * (begins with a dot) and what has another name is no picture. Throws MLO_DATA where the folder, a class or all pictures are missing, and
 * where a symlink leads out of the folder.
 */
export function listImages(folder: string, classes: readonly string[] | false | undefined): ImageList {
  const shown = shownPath(folder);
  const root = told(shown, 'read', () => fs.realpathSync(folder));
  // For the stage's reads: the folder stands for all that lies in it, where ten thousand pictures would be reported one by one.
  told(shown, 'read', () => fs.opendirSync(folder).closeSync());
  return quietly(() => listBelow(folder, { root, shown, classes }));
}

interface ListOptions {
  readonly root: string;
  readonly shown: string;
  readonly classes: readonly string[] | false | undefined;
}

function listBelow(folder: string, { root, shown, classes }: ListOptions): ImageList {
  const names = classes === false ? [] : (classes ?? foldersIn(folder, shown));
  if (classes !== false) checkClasses(names, shown);
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes === false ? [[-1, ''] as const] : names.entries()) {
    if (name !== '' && !isFolder(join(folder, name))) {
      throw dataError(shown, `class '${name}' is missing`, { expected: `a folder ${name}`, found: foldersText(folder, shown) });
    }
    const before = files.length;
    const all = { folder, shown, way: [root], files };
    collect(name === '' ? all : { ...all, way: [root, linkTarget(all, name)] }, name);
    for (let index = before; index < files.length; index += 1) labels.push(label);
  }
  if (files.length === 0) throw dataError(shown, 'no pictures', { expected: 'files like cats/1.jpg', found: 'none' });
  return { classes: names, files, labels: Int32Array.from(labels) };
}

interface Collection {
  readonly folder: string;
  readonly shown: string;
  /** Without symlinks: of the folder, then of each folder on the way to where the collection is. */
  readonly way: readonly string[];
  readonly files: string[];
}

function collect(all: Collection, below: string): void {
  for (const entry of sortedEntries(join(all.folder, below), all.shown)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const place = entry.isSymbolicLink() ? linkTarget(all, path) : join(all.way.at(-1) as string, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(place))) {
      if (all.way.includes(place)) throw dataError(`${all.shown}/${path}`, 'symlinks that lead in a circle');
      collect({ ...all, way: [...all.way, place] }, path);
    } else if (hasImageName(entry.name) && !isOther(entry)) all.files.push(path);
  }
}

/** Where it leads to in the end. Throws MLO_DATA where that is nothing of the folder's. */
function linkTarget({ folder, shown, way: [root] }: Collection, path: string): string {
  const target = told(`${shown}/${path}`, 'read', () => fs.realpathSync(join(folder, path)));
  if (target === root || target.startsWith(`${root}${sep}`) || CACHED.test(target)) return target;
  throw dataError(`${shown}/${path}`, 'a symlink that leads out of the folder', {
    expected: `a target below ${shown}`,
    found: target,
    hint: 'Copy the file into the folder, or read the folder that it lies in',
  });
}

function foldersIn(folder: string, shown: string): readonly string[] {
  const found = sortedEntries(folder, shown).filter(
    (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name))),
  );
  if (found.length > 0) return found.map(({ name }) => name);
  throw dataError(shown, 'no class folders', {
    expected: 'a folder for each class, with its pictures',
    found: 'none',
    hint: 'For pictures without classes: { classes: false }',
  });
}

function foldersText(folder: string, shown: string): string {
  return foldersIn(folder, shown).slice(0, 12).join(', ');
}

function checkClasses(names: readonly string[], shown: string): void {
  for (const [index, name] of names.entries()) {
    if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name)) throw dataError(shown, `'${name}' is no name of a class folder`);
    if (names.indexOf(name) !== index) throw dataError(shown, `class '${name}' is named twice`);
  }
}

function sortedEntries(path: string, shown: string): fs.Dirent[] {
  const entries = told(shown, 'read', () => fs.readdirSync(path, { withFileTypes: true }));
  return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function isFolder(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A FIFO, socket or device. */
function isOther(entry: fs.Dirent): boolean {
  return !entry.isFile() && !entry.isSymbolicLink();
}
