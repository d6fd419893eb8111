import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { isAtOrBelow } from '../paths.ts';
import type { Chosen } from './choose-contents.ts';

/** Whether what lies at a path is not for this remote: an out with `push: false`, or with `remote:` and the name of another one. */
export function staysHere({ stages }: Pipeline, remote: string): (path: ProjectPath) => boolean {
  const staying = stages.flatMap(({ outs }) =>
    outs.filter((out) => !out.push || (out.remote ?? remote) !== remote).map(({ path }) => path),
  );
  return staying.length === 0 ? () => false : (path) => staying.some((out) => isAtOrBelow(path, out));
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
