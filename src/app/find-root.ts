import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';

/** Pipeline files a folder may have; the first that exists counts. */
export const PIPELINE_FILES = ['pipeline.yaml', 'dvc.yaml'] as const;

/**
 * The project root: the nearest folder at or above `cwd` with `.mlo`, else with `.dvc`, else the
 * nearest with a pipeline file. Throws MLO_NOT_A_PROJECT.
 */
export function findRoot(cwd: string): string {
  const folders = selfAndParents(cwd);
  for (const markers of [['.mlo'], ['.dvc'], PIPELINE_FILES]) {
    const found = folders.find((folder) => markers.some((marker) => existsSync(join(folder, marker))));
    if (found !== undefined) return found;
  }
  throw new MloError('MLO_NOT_A_PROJECT', `No project here: neither '${cwd}' nor a folder above it has .mlo, pipeline.yaml or dvc.yaml`, {
    hint: 'Start one with: mlo init',
  });
}

function selfAndParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...selfAndParents(parent)];
}
