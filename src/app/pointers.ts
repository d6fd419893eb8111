import { lstatSync, readFileSync } from 'node:fs';
import { type Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { dataPathOf, formatPointer, parsePointerText, resemblesPointer } from '../core/pointer.ts';
import type { PointerSource } from '../core/pointer-source.ts';
import type { ProjectPath } from '../core/stage.ts';
import { hasGitignoreEntry } from '../fs/gitignore.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { absolutePath, isAtOrBelow, tryProjectPath } from './paths.ts';
import type { Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';

export interface Pointer {
  /** The data. */
  readonly path: ProjectPath;
  /** The file that says what the data should be. */
  readonly pointerPath: ProjectPath;
  readonly content: Content;
  /** Imported data: where it came from. */
  readonly source?: PointerSource;
}

/** A pointer that says nothing that can be followed. */
export interface BrokenPointer {
  readonly path: ProjectPath;
  readonly pointerPath: ProjectPath;
  /** MLO_FORMAT, MLO_FORMAT_VERSION, or MLO_PATH_UNSAFE where no data may lie at its path. */
  readonly error: MloError;
  /** Its text has been that of a pointer; else it may as well be data of that name. */
  readonly resembles: boolean;
}

/** Each sorted by path. */
export interface PointerFiles {
  readonly pointers: readonly Pointer[];
  readonly broken: readonly BrokenPointer[];
  /** Files with the name of a pointer, and nothing else of one. */
  readonly strays: readonly ProjectPath[];
}

/** Everything that `mlo add` tracks. One pointer that is broken does not keep the others back. */
export function readPointers(project: Project): PointerFiles {
  const pointers: Pointer[] = [];
  const broken: BrokenPointer[] = [];
  const strays: ProjectPath[] = [];
  for (const pointerPath of project.scan().pointers) {
    const text = readFileSync(absolutePath(project.root, pointerPath), 'utf8');
    try {
      pointers.push({ path: dataPathOf(pointerPath), pointerPath, ...parsePointerText(pointerPath, text) });
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
      const path = pointerPath.slice(0, -POINTER_SUFFIX.length);
      const resembles = resemblesPointer(text);
      if (error.code === 'MLO_FORMAT' && !resembles && !isExpected(project.root, path)) strays.push(pointerPath);
      else broken.push({ path, pointerPath, error, resembles });
    }
  }
  return { pointers, broken, strays };
}

export function warnOfStrays(project: Project, strays: readonly ProjectPath[]): void {
  for (const path of strays) {
    const message = `'${path}' is no pointer of mlo, though it has the name of one: it is left out; gc waits until it is renamed or its folder is added`;
    project.ctx.emit({ type: 'warning', message });
  }
}

export function warnOfBroken(project: Project, { error }: BrokenPointer): void {
  const hint = error.hint === undefined ? '' : ` (${error.hint})`;
  project.ctx.emit({ type: 'warning', message: `${error.message}; it is left out${hint}` });
}

/** For commands that change what is at some paths only: throws the fault of a broken pointer at, around or below one of them. */
export function refuseBroken({ broken }: PointerFiles, paths: readonly ProjectPath[]): void {
  const touched = broken.find((each) => paths.some((path) => isNamed(each, path)));
  if (touched !== undefined) throw touched.error;
}

/** Once it is clear that the command goes on without them. */
export function warnOfFaults(project: Project, { broken, strays }: PointerFiles): void {
  warnOfStrays(project, strays);
  for (const each of broken) warnOfBroken(project, each);
}

/** There is data, or `mlo add` has once been here. */
function isExpected(root: string, path: ProjectPath): boolean {
  return lstatSync(absolutePath(root, path), { throwIfNoEntry: false }) !== undefined || hasGitignoreEntry(root, path);
}

/** Whether a target means that pointer: its data, something in it, the file itself, or a folder around it. */
export function isNamed(broken: BrokenPointer, path: ProjectPath): boolean {
  return broken.pointerPath === path || isAtOrBelow(broken.path, path) || isAtOrBelow(path, broken.path);
}

/** The caller has made the content durable in the cache before. */
export function writePointer(root: string, path: ProjectPath, content: Content, source?: PointerSource): ProjectPath {
  const pointerPath = path + POINTER_SUFFIX;
  writeFileAtomic(absolutePath(root, pointerPath), formatPointer(content, source), { durable: true });
  return pointerPath;
}

/** What targets name of added data, and the other targets. */
export interface SplitTargets {
  /** All that is named by its own path, its pointer, or a folder that holds it. Without targets, everything. */
  readonly pointers: readonly Pointer[];
  /** Paths in added folders. */
  readonly parts: readonly { readonly pointer: Pointer; readonly path: ProjectPath }[];
  readonly others: readonly string[];
  readonly broken: readonly BrokenPointer[];
}

export function splitTargets(project: Project, targets: readonly string[], files: PointerFiles): SplitTargets {
  const { pointers: all } = files;
  if (targets.length === 0) return { pointers: all, parts: [], others: [], broken: files.broken };
  const broken = new Set<BrokenPointer>();
  const pointers = new Set<Pointer>();
  const parts: SplitTargets['parts'][number][] = [];
  const others: string[] = [];
  for (const target of targets) {
    const path = tryProjectPath(project.root, project.ctx.cwd, target);
    const named = path === undefined ? [] : all.filter((pointer) => pointer.pointerPath === path || isAtOrBelow(pointer.path, path));
    const around = path === undefined ? undefined : all.find((pointer) => path.startsWith(`${pointer.path}/`));
    const namedBroken = path === undefined ? [] : files.broken.filter((each) => isNamed(each, path));
    for (const pointer of named) pointers.add(pointer);
    for (const each of namedBroken) broken.add(each);
    if (named.length + namedBroken.length > 0) continue;
    if (around === undefined || path === undefined) others.push(target);
    else parts.push({ pointer: around, path });
  }
  return { pointers: [...pointers], parts, others, broken: [...broken] };
}
