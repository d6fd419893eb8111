import { sameContent } from '../../core/content.ts';
import { fromLocked } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import type { OutSpec } from '../../core/stage.ts';
import { absolutePath } from '../paths.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { ReproSession } from './session.ts';

/**
 * Outs of an unchanged stage that lie in the workspace as the lock says and that the cache has never had: they were cache: false, or made
 * with --no-commit. The run-cache, which is asked first, knows what was stored: otherwise the store would be asked for every out.
 */
export function lackingOuts({ cache, workspace }: Prepared, { stage, state, entry, from }: StagePlan): readonly OutSpec[] {
  if (state !== 'unchanged' || from !== undefined) return [];
  return stage.outs.filter((out) => {
    const locked = own(entry?.outs, out.path);
    if (!out.cache || locked === undefined) return false;
    const content = fromLocked(locked);
    return sameContent(content, workspace.outs.get(out.path)) && !cache.has(content);
  });
}

/** Stores them, as `mlo commit` does. True where there were any. */
export async function storeLackingOuts({ project, prepared, options }: ReproSession, plan: StagePlan): Promise<boolean> {
  const outs = options.commit ? lackingOuts(prepared, plan) : [];
  for (const { path } of outs) {
    await prepared.cache.commit(absolutePath(project.root, path), { includeIgnored: true });
    project.ctx.emit({ type: 'note', message: `Out '${path}' of stage '${plan.stage.address}' was not in the cache and is stored` });
  }
  return outs.length > 0;
}
