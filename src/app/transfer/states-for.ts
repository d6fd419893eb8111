import { NOT_PUSHED_TAG, notPushedPaths } from '../../core/not-pushed.ts';
import type { RunId } from '../../core/run.ts';
import type { RunStates } from '../../tracking/merge/types.ts';
import type { Tracking } from '../../tracking/types.ts';

export interface StatesFor extends RunStates {
  /** Whether what the run made at the path is not for the remote, as it was said when it ran; of a purged run nobody knows, and nothing is. */
  keepsBack(run: RunId, path: string): boolean;
}

/** The runs here, without artifacts that are not for the remote of that name. */
export function statesFor({ exchange }: Tracking, remote: string): StatesFor {
  const states = exchange.states();
  const kept = new Map([...exchange.tagged(NOT_PUSHED_TAG)].map(([run, tag]) => [run, new Set<string>(notPushedPaths(tag, remote))]));
  const keepsBack = (run: RunId, path: string): boolean => states.purged.has(run) || kept.get(run)?.has(path) === true;
  const ended = states.ended.map((state) =>
    kept.has(state.id) ? { ...state, artifacts: state.artifacts.filter(({ path }) => !keepsBack(state.id, path)) } : state,
  );
  return { ...states, ended, keepsBack };
}
