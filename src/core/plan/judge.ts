import { runCacheKey } from '../fingerprint.ts';
import type { LockEntry } from '../lock/types.ts';
import type { Stage } from '../stage.ts';
import type { Undeclared } from '../undeclared.ts';
import { sameValue } from './changes.ts';
import type { PlanPorts, StageFacts } from './decide.ts';
import type { Reason, StagePlan } from './types.ts';

/**
 * --strict on a stage that would not run: what it read when it ran counts as if it ran now. Where that is not
 * known (the run-cache is gone, or keeps no entry of such a stage) it runs, because only a run can tell.
 */
export function judge(plan: StagePlan, { declared }: StageFacts, ports: PlanPorts): StagePlan {
  const { stage, state, entry } = plan;
  if (stage.action.kind !== 'module' || stage.frozen || (state !== 'unchanged' && state !== 'restore')) return plan;
  const seen = declared === undefined || entry === undefined ? undefined : whatItRead(stage, declared, entry, ports);
  if (seen === undefined) return { stage, state: 'run', reasons: [...plan.reasons, { kind: 'not-judged' }] };
  return seen.length === 0 ? plan : { stage, state: 'blocked', reasons: seen.map(toReason) };
}

/** What a blocked stage was found to read without declaring it. */
export function undeclaredIn({ reasons }: StagePlan): readonly Undeclared[] {
  return reasons.flatMap(({ kind, path = '', key }) => (kind === 'undeclared' ? [{ what: key as Undeclared['what'], path }] : []));
}

function toReason({ what, path }: Undeclared): Reason {
  return { kind: 'undeclared', path, key: what };
}

/** Entries of one key may be of other code. */
function whatItRead(
  stage: Stage,
  declared: NonNullable<StageFacts['declared']>,
  { code, packages, outs = {} }: LockEntry,
  ports: PlanPorts,
): readonly Undeclared[] | undefined {
  return ports
    .findRuns(runCacheKey(stage, declared, ports.hash))
    .find(
      (known) =>
        known.undeclared !== undefined &&
        sameValue(known.record.code, code) &&
        sameValue(known.record.packages, packages) &&
        Object.keys(outs).every((path) => known.outs[path]?.digest === outs[path]?.digest),
    )?.undeclared;
}
