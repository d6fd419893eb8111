import { readFileSync } from 'node:fs';
import type { Cache } from '../cache/types.ts';
import { sameContent, type Content } from '../core/content.ts';
import { formatPointer, parsePointer } from '../core/pointer.ts';
import type { ProjectPath } from '../core/stage.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { absolutePath, isAtOrBelow, tryProjectPath } from './paths.ts';
import type { Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import type { StatusData } from './types.ts';

export interface Pointer {
  /** The data. */
  readonly path: ProjectPath;
  /** The file that says what the data should be. */
  readonly pointerPath: ProjectPath;
  readonly content: Content;
}

/** Everything that `mlo add` tracks, sorted by path. */
export function listPointers(project: Project): readonly Pointer[] {
  return project.scan().pointers.map((path) => readPointer(project.root, path));
}

function readPointer(root: string, pointerPath: ProjectPath): Pointer {
  const text = readFileSync(absolutePath(root, pointerPath), 'utf8');
  return { path: pointerPath.slice(0, -POINTER_SUFFIX.length), pointerPath, content: parsePointer(pointerPath, text) };
}

/** The caller has made the content durable in the cache before. */
export function writePointer(root: string, path: ProjectPath, content: Content): ProjectPath {
  const pointerPath = path + POINTER_SUFFIX;
  writeFileAtomic(absolutePath(root, pointerPath), formatPointer(content), { durable: true });
  return pointerPath;
}

export async function pointerState(root: string, cache: Cache, pointer: Pointer): Promise<StatusData['data'][number]['state']> {
  const now = await cache.observe(absolutePath(root, pointer.path));
  if (now !== undefined && !sameContent(now, pointer.content)) return 'modified';
  if (!cache.has(pointer.content)) return 'not-cached';
  return now === undefined ? 'missing' : 'unchanged';
}

/** What targets name of added data, and the other targets. */
export interface SplitTargets {
  /** All that is named by its own path, its pointer, or a folder that holds it. Without targets, everything. */
  readonly pointers: readonly Pointer[];
  /** Paths in added folders. */
  readonly parts: readonly { readonly pointer: Pointer; readonly path: ProjectPath }[];
  readonly others: readonly string[];
}

export function splitTargets(project: Project, targets: readonly string[], all: readonly Pointer[]): SplitTargets {
  if (targets.length === 0) return { pointers: all, parts: [], others: [] };
  const pointers = new Set<Pointer>();
  const parts: SplitTargets['parts'][number][] = [];
  const others: string[] = [];
  for (const target of targets) {
    const path = tryProjectPath(project.root, project.ctx.cwd, target);
    const named = path === undefined ? [] : all.filter((pointer) => pointer.pointerPath === path || isAtOrBelow(pointer.path, path));
    const around = path === undefined ? undefined : all.find((pointer) => path.startsWith(`${pointer.path}/`));
    for (const pointer of named) pointers.add(pointer);
    if (named.length > 0) continue;
    if (around === undefined || path === undefined) others.push(target);
    else parts.push({ pointer: around, path });
  }
  return { pointers: [...pointers], parts, others };
}
