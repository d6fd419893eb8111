import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Stage } from '../../core/stage.ts';
import { addGitignoreEntries } from '../../fs/gitignore.ts';
import { absolutePath } from '../paths.ts';

/** Cached outs do not belong into Git. Written once for all stages, in order of the graph, so that it is the same whatever runs first. */
export function ignoreCachedOuts(root: string, stages: readonly Stage[]): void {
  const paths = stages.flatMap((stage) => stage.outs.filter((out) => out.cache).map((out) => out.path));
  for (const folder of new Set(paths.map((path) => dirname(absolutePath(root, path))))) mkdirSync(folder, { recursive: true });
  addGitignoreEntries(root, paths);
}
