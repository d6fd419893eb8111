import type { RunId } from '../core/run.ts';

/** Runs that this handle started and that have not ended: they get heartbeats and end with their parent. */
export interface OwnRuns {
  started(id: RunId, parentId: RunId | undefined): void;
  /** Forgets the run; returns its own runs below it that have not ended, innermost last. */
  ended(id: RunId): readonly RunId[];
  readonly ids: () => readonly RunId[];
}

export function ownRuns(): OwnRuns {
  const parents = new Map<RunId, RunId | undefined>();

  function below(id: RunId): RunId[] {
    const children = [...parents].filter(([, parent]) => parent === id).map(([child]) => child);
    return children.flatMap((child) => [child, ...below(child)]);
  }

  return {
    started: (id, parentId) => void parents.set(id, parentId),
    ended(id) {
      const left = below(id);
      for (const gone of [id, ...left]) parents.delete(gone);
      return left;
    },
    ids: () => [...parents.keys()],
  };
}
