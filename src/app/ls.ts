import { readdirSync } from 'node:fs';
import type { Cache } from '../cache/types.ts';
import type { Content } from '../core/content.ts';
import type { ProjectPath } from '../core/stage.ts';
import { openGit } from '../fs/git.ts';
import { absolutePath, isAtOrBelow } from './paths.ts';
import { lookProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { isUnreadable } from './tracked/diff-nodes.ts';
import { findPath, lookAt, plainFile, type PlainFile } from './tracked/find-path.ts';
import { contentOf } from './tracked/missing-files.ts';
import type { TrackedContent, TrackedState } from './tracked/tracked-state.ts';
import type { AppContext } from './types.ts';
import type { Entry } from './api/types.ts';

export interface LsOptions {
  /** A path, or `path@revision`. Default: where the user stands. */
  readonly path?: string;
  readonly rev?: string;
  /** Everything below, folders left out unless they are empty. */
  readonly recursive?: boolean;
  /** Only what mlo keeps. */
  readonly tracked?: boolean;
}

export interface LsData {
  /** The revision as typed, or `workspace`. */
  readonly rev: string;
  /** From the project root; `.` is the root. */
  readonly path: string;
  /** Sorted by path. */
  readonly entries: readonly Entry[];
  /** Folders whose trees the cache does not have, relative to what was listed. */
  readonly unread: readonly { readonly path: string; readonly digest: string }[];
}

/** What is at a path of any state of the project, without checking it out. In the workspace, pointers and locks are believed. */
export async function ls(ctx: AppContext, { path: typed = '.', rev, recursive = false, tracked = false }: LsOptions): Promise<LsData> {
  return await withProject(ctx, async (project) => {
    const { state, found } = await findPath(project, typed, rev);
    const { path } = found;
    const lister = new Lister(await project.cache(), recursive, lookProgress(ctx.emit, path));
    if (found.kind === 'kept') lister.addWhole(found.content, '', nameOf(path), found.of);
    else if (found.kind === 'plain') lister.addPlain(nameOf(path), found.file);
    else {
      for (const each of state.contents) if (isAtOrBelow(each.path, path)) lister.addKept(below(path, each.path), each);
      if (!tracked) for (const [at, file] of plainFiles(project, state, path)) lister.addPlain(below(path, at), file);
    }
    return { rev: state.label, path, entries: lister.sorted(), unread: lister.unread };
  });
}

class Lister {
  readonly unread: LsData['unread'][number][] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #cache: Cache;
  readonly #recursive: boolean;
  readonly #onFiles: (files: number) => void;

  constructor(cache: Cache, recursive: boolean, onFiles: (files: number) => void) {
    this.#cache = cache;
    this.#recursive = recursive;
    this.#onFiles = onFiles;
  }

  sorted(): readonly Entry[] {
    return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** What was asked for itself: of a folder what is in it. */
  addWhole(content: Content, prefix: string, name: string, of: TrackedContent): void {
    if (content.kind === 'tree') this.#addRows(content, prefix, of);
    else this.#add(entryOf(name, content, of));
  }

  addKept(path: string, of: TrackedContent): void {
    if (this.#addFolder(path)) return;
    if (this.#recursive && of.content.kind === 'tree') this.#addRows(of.content, `${path}/`, of);
    else this.#add(entryOf(path, of.content, of));
  }

  addPlain(path: string, { type, size }: PlainFile): void {
    if (!this.#addFolder(path)) this.#add({ path, type, size });
  }

  /** Of a path further down only its first folder is shown, once. */
  #addFolder(path: string): boolean {
    const slash = path.indexOf('/');
    if (this.#recursive || slash === -1) return false;
    const folder = path.slice(0, slash);
    if (!this.#entries.has(folder)) this.#add({ path: folder, type: 'folder' });
    return true;
  }

  #addRows(content: Content, prefix: string, of: TrackedContent): void {
    const rows = this.#rowsOf(content, prefix);
    if (rows === undefined || (rows.length === 0 && prefix !== '')) {
      if (prefix !== '') this.#add(entryOf(prefix.slice(0, -1), content, of));
      return;
    }
    for (const row of rows) {
      const path = prefix + row.name.toString('utf8');
      const inner = contentOf(row);
      if (this.#recursive && inner.kind === 'tree') this.#addRows(inner, `${path}/`, of);
      else this.#add(entryOf(path, inner, of));
    }
  }

  #rowsOf(content: Content, prefix: string): ReturnType<Cache['readTree']> | undefined {
    this.#onFiles(this.#entries.size);
    try {
      return this.#cache.readTree(content.digest);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.unread.push({ path: prefix === '' ? '.' : prefix.slice(0, -1), digest: content.digest });
      return undefined;
    }
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.path, entry);
  }
}

function entryOf(path: string, content: Content, { isOut, stage }: TrackedContent): Entry {
  const { kind, mode, size, files, digest } = content;
  return {
    path,
    type: kind === 'tree' ? 'folder' : kind === 'symlink' ? 'symlink' : (mode ?? 'file'),
    size,
    ...(files === undefined ? {} : { files }),
    digest,
    kept: isOut ? 'out' : 'data',
    ...(stage === undefined ? {} : { stage }),
  };
}

/** Files at or below a folder that mlo does not keep: Git's at a revision; in the workspace what Git does not ignore, or all where there is no Git. */
function plainFiles(project: Project, { revision, contents }: TrackedState, folder: ProjectPath): ReadonlyMap<ProjectPath, PlainFile> {
  const isListed = (path: ProjectPath): boolean => isAtOrBelow(path, folder) && !path.startsWith('.mlo/');
  if (revision !== undefined) return new Map([...revision.files].filter(([path]) => isListed(path)));
  const kept = new Set(contents.map((each) => each.path));
  const git = openGit(project.root);
  const paths = git === undefined ? filesBelow(project.root, folder, kept) : git.workFiles().filter(isListed);
  const files = new Map<ProjectPath, PlainFile>();
  for (const path of paths) {
    const stat = lookAt(absolutePath(project.root, path));
    if (stat !== undefined && (stat.isFile() || stat.isSymbolicLink()) && !kept.has(path)) files.set(path, plainFile(stat));
  }
  return files;
}

function filesBelow(root: string, folder: ProjectPath, kept: ReadonlySet<ProjectPath>): readonly ProjectPath[] {
  return readdirSync(absolutePath(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (path === '.mlo' || entry.name === '.git' || kept.has(path)) return [];
    return entry.isDirectory() ? filesBelow(root, path, kept) : [path];
  });
}

function below(folder: ProjectPath, path: ProjectPath): string {
  if (folder === '.') return path;
  return path === folder ? nameOf(path) : path.slice(folder.length + 1);
}

function nameOf(path: ProjectPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
