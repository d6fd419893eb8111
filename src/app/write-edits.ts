import { existsSync, realpathSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ProjectPath } from '../core/stage.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { absolutePath } from './paths.ts';
import { looseReader } from './read-text.ts';

export interface TextEdit {
  /** The text that the edit was made from; empty where there was no file. */
  readonly before: string;
  readonly text: string;
}

/**
 * Writes edited files of the user; one that is a symlink stays one. Throws MLO_SOURCE_CHANGED, and writes none, where one is no longer what
 * was edited: looking at the workspace in between may take minutes, in which somebody saves it.
 */
export function writeEdits(root: string, edits: ReadonlyMap<ProjectPath, TextEdit>): void {
  const readText = looseReader(root);
  for (const [path, { before }] of edits) {
    if ((readText(path) ?? '') === before) continue;
    throw new MloError('MLO_SOURCE_CHANGED', `'${path}' was changed by somebody else meanwhile; nothing was written`, {
      hint: 'Run the command again: it takes the file as it is now.',
      details: { path },
    });
  }
  for (const [path, { before, text }] of edits) if (text !== before) writeFileAtomic(placeOf(absolutePath(root, path)), text);
}

function placeOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
