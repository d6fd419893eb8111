import { runCacheKey } from '../fingerprint.ts';
import type { Graph } from '../graph/graph.ts';
import type { FingerprintRecord, LockEntry } from '../lock/types.ts';
import { own } from '../own.ts';
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

/**
 * Whatever the policy: modules that it imports from an out of a stage which is not right before it could be written at any time, also
 * after it was found unchanged. Run with the same modules it would be refused (`importedOuts`), so it is now.
 */
export function judgeImports(plan: StagePlan, graph: Graph): StagePlan {
  const { stage, state, entry } = plan;
  if (stage.frozen || entry === undefined || (state !== 'unchanged' && state !== 'restore')) return plan;
  const imported = importedOuts(stage, entry, graph);
  return imported.length === 0 ? plan : { stage, state: 'blocked', reasons: imported.map(toReason) };
}

/** Modules of a stage that lie in outs of stages whose outs it does not declare as deps. */
export function importedOuts(stage: Stage, { code = {} }: Pick<FingerprintRecord, 'code'>, graph: Graph): readonly Undeclared[] {
  const before = new Set([stage.address, ...(graph.upstream.get(stage.address) ?? [])]);
  return Object.keys(code).flatMap((path) => {
    const maker = graph.outs.covering(path)?.stage.address;
    return maker === undefined || before.has(maker) ? [] : [{ what: 'import', path }];
  });
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
        Object.keys(outs).every((path) => own(known.outs, path)?.digest === outs[path]?.digest),
    )?.undeclared;
}
