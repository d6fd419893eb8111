import { existsSync } from 'node:fs';
import { foldersAround, PROJECT_FOLDER } from '../core/path/own-paths.ts';
import type { ProjectPath } from '../core/stage.ts';
import { absolutePath } from './paths.ts';

/** The project below this one that a path lies in, the nearest: locks and pointers there are its own. */
export function innerProject(root: string, path: ProjectPath): ProjectPath | undefined {
  return foldersAround(path).find((folder) => existsSync(absolutePath(root, `${folder}/${PROJECT_FOLDER}`)));
}
