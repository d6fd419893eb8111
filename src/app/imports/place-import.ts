import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import { sameContent, type Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { PointerSource } from '../../core/pointer-source.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { addGitignoreEntry } from '../../fs/gitignore.ts';
import { absolutePath } from '../paths.ts';
import { writePointer } from '../pointers.ts';
import { byteProgress } from '../progress.ts';
import type { Project } from '../project.ts';

export interface Imported {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly source: PointerSource;
}

/** The cache has the data durably: now .gitignore and pointer, then the workspace. */
export async function placeImport(project: Project, cache: Cache, { path, content, source }: Imported, force: boolean): Promise<void> {
  const { signal, emit } = project.ctx;
  const absolute = absolutePath(project.root, path);
  mkdirSync(dirname(absolute), { recursive: true });
  addGitignoreEntry(project.root, path);
  writePointer(project.root, path, content, source);
  const onProgress = byteProgress(emit, 'checkout', path, content.size);
  await cache.checkout(content, absolute, { link: project.config.link, force, signal, onProgress });
}

/** Throws MLO_OUT_UNSAVED where the workspace has bytes at the path that neither the pointer nor the cache knows. */
export async function refuseUnsaved(project: Project, cache: Cache, path: ProjectPath, known: Content): Promise<void> {
  const now = await cache.observe(absolutePath(project.root, path));
  if (now === undefined || sameContent(now, known) || cache.has(now)) return;
  throw new MloError('MLO_OUT_UNSAVED', `'${path}' was changed here, and its bytes are nowhere else`, {
    hint: `Keep them (mlo add ${shellWord(path)}; then it is no import any more), or give them up: --force`,
  });
}
