import { posix } from 'node:path';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { openGitHistory, type GitHistory } from '../../fs/git-history.ts';
import { PIPELINE_FILES } from '../find-root.ts';
import { isAtOrBelow } from '../paths.ts';
import type { Project } from '../project.ts';
import { gitOf, openRevision, pipelineAt } from '../values/revision.ts';
import type { Chosen } from './choose-contents.ts';

/** `push:` or `remote:`, as a key of YAML. */
const SAYS_SO = /\b(push|remote)["']?\s*:/;

/**
 * Whether what lies at a path is not for this remote: an out with `push: false`, or with `remote:` and the name of another one. What the workspace
 * says counts, what the revision says that is pushed, and with branches or tags what any of them says. Of runs and results their tags tell (`statesFor`).
 */
export async function staysHere(project: Project, chosen: Chosen, remote: string): Promise<(path: ProjectPath) => boolean> {
  const refs = chosen.groups.length > 1 ? await pipelinesOfRefs(project) : [];
  const outs = [...chosen.pipelines, ...refs].flatMap(({ stages }) => stages.flatMap((stage) => stage.outs));
  const staying = [...new Set(outs.filter((out) => !out.push || (out.remote ?? remote) !== remote).map(({ path }) => path))];
  return (path) => staying.some((out) => isAtOrBelow(path, out));
}

/** Only those that may say so are read. */
async function pipelinesOfRefs(project: Project): Promise<readonly Pipeline[]> {
  const history = openGitHistory(project.root);
  const commits = history === undefined ? [] : commitsThatSaySo(history);
  const pipelines: Pipeline[] = [];
  for (const commit of commits) {
    const pipeline = await pipelineAt(project, openRevision(gitOf(project), commit));
    if (pipeline !== undefined) pipelines.push(pipeline);
  }
  return pipelines;
}

function commitsThatSaySo(history: GitHistory): readonly string[] {
  const commits = [...new Set(history.refs().map(({ commit }) => commit))];
  const files = history.files(commits, (path) => (PIPELINE_FILES as readonly string[]).includes(posix.basename(path)));
  const texts = history.blobs([...files.values()].flatMap((blobs) => blobs.map(({ id }) => id)));
  return commits.filter((commit) => files.get(commit)?.some(({ id }) => SAYS_SO.test(texts.get(id)?.toString('utf8') ?? '')));
}

/** The same without such paths, whoever names them: the workspace, a branch, a run. */
export function withoutStaying(chosen: Chosen, stays: (path: ProjectPath) => boolean): Chosen {
  return {
    ...chosen,
    groups: chosen.groups.map(({ label, contents }) => ({ label, contents: contents.filter(({ path }) => !stays(path)) })),
    withoutUncached: async (missing) => withoutStaying(await chosen.withoutUncached(missing), stays),
  };
}

/** What of it stays here, sorted, each path once. */
export function pathsStaying({ groups }: Chosen, stays: (path: ProjectPath) => boolean): readonly ProjectPath[] {
  return [...new Set(groups.flatMap(({ contents }) => contents.map(({ path }) => path).filter(stays)))].sort();
}
