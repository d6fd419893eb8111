import { readFileSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ProjectPath } from '../core/stage.ts';
import { hintOfErrno } from '../fs/errno.ts';
import { absolutePath } from './paths.ts';
import type { ReadText } from './parsed-cache.ts';

/** Reads small text files of the project, each once; undefined where there is none. `overlay` stands for the files it names. */
export function textReader(root: string, overlay: ReadonlyMap<ProjectPath, string> = new Map()): ReadText {
  const texts = new Map<ProjectPath, string | undefined>(overlay);
  return (path) => {
    if (!texts.has(path)) texts.set(path, readOrUndefined(root, path));
    return texts.get(path);
  };
}

function readOrUndefined(root: string, path: ProjectPath): string | undefined {
  try {
    return readFileSync(absolutePath(root, path), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new MloError('MLO_CONFIG', `Cannot read '${path}': ${(cause as Error).message}`, { ...hintOfErrno(cause), cause });
  }
}
