import type { CollectPlan, Unfinished } from '../../cache/gc/types.ts';

/** The plan without what the disk had no room for. */
export function asFarAsDone(plan: CollectPlan, { packs, packed, journal }: Unfinished): CollectPlan {
  const left = packed.bytes + (journal ? plan.gone.journal.bytes : 0);
  return {
    ...plan,
    gone: journal ? { ...plan.gone, journal: { objects: 0, bytes: 0 } } : plan.gone,
    waiting: { objects: plan.waiting.objects + packed.objects, bytes: plan.waiting.bytes + packed.bytes },
    runs: journal ? { kept: plan.runs.kept + plan.runs.dropped, dropped: 0 } : plan.runs,
    packs: { deleted: plan.packs.deleted, rewritten: plan.packs.rewritten - packs },
    size: { before: plan.size.before, after: Math.min(plan.size.before, plan.size.after + left) },
  };
}

export function whatIsUnfinished(cacheDir: string, { packs, journal }: Unfinished): string {
  const what = [
    ...(packs === 0 ? [] : [packs === 1 ? '1 pack of which a part is needed' : `${packs} packs of which a part is needed`]),
    ...(journal ? ['the journal'] : []),
  ].join(' and ');
  return `The disk of ${cacheDir} is too full to write ${what} anew: that is as it was. Everything whose deletion needs no room is deleted`;
}
