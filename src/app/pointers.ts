import { readFileSync } from 'node:fs';
import type { Cache } from '../cache/types.ts';
import { sameContent, type Content } from '../core/content.ts';
import { formatPointer, parsePointer } from '../core/pointer.ts';
import type { ProjectPath } from '../core/stage.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { absolutePath } from './paths.ts';
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
