import type { RunsListOptions } from '../../../app/runs-list.ts';
import type { AppContext } from '../../../app/types.ts';

/** Why a list without a filter is empty, and the next command to type. */
export async function noRunsHint(context: AppContext, options: Omit<RunsListOptions, 'filter' | 'limit'>): Promise<string> {
  const { deleted, stage, experiment } = options;
  const which = stage === undefined ? '' : ` of stage '${stage}'`;
  if (deleted === true) return `no runs${which} are deleted: mlo runs list`;
  const { runsList } = await import('../../../app/runs-list.ts');
  const { runs } = await runsList(context, { ...options, limit: 1, deleted: true });
  if (runs.length > 0) return 'all of them are deleted: mlo runs list --deleted';
  if (experiment !== undefined) return `that experiment has no runs${which}: mlo experiments list`;
  if (stage !== undefined) return `there are no runs${which}: mlo runs list --all has all, mlo stage list the stages`;
  return 'there are no runs yet: mlo repro';
}
