import { buildGraph } from '../../core/graph/build.ts';
import { foldersAround } from '../../core/path/own-paths.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { statOf } from '../add/path-faults.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import { ignorePaths } from '../repro/ignore-outs.ts';
import type { TrackedContent } from '../tracked-contents.ts';

/** Nothing can come back there: checking it out says so. */
function hasFileAbove({ root }: Project, path: ProjectPath): boolean {
  return foldersAround(path).some((folder) => statOf(absolutePath(root, folder))?.isFile() === true);
}

/**
 * Outs that are about to come back do not belong into Git, and their `.gitignore` may have gone together with them. Lines stand in the
 * order in which `repro` writes them, so that a file that is made anew is the one that Git has.
 */
export async function ignoreMissingOuts(project: Project, contents: readonly TrackedContent[], file?: string): Promise<void> {
  const missing = new Set(
    contents
      .filter(({ isOut, isPart = false }) => isOut && !isPart)
      .map(({ path }) => path)
      .filter((path) => statOf(absolutePath(project.root, path)) === undefined && !hasFileAbove(project, path)),
  );
  if (missing.size === 0) return;
  const { pipeline } = await loadProjectPipeline(project, file, 'nothing');
  const known = buildGraph(pipeline.stages).order.flatMap((stage) => stage.outs.map((out) => out.path));
  ignorePaths(project, [...new Set([...known.filter((path) => missing.has(path)), ...missing])]);
}
