import type { Digest } from '../../core/content.ts';
import { checkLoose } from './check-loose.ts';
import { checkPack } from './check-pack.ts';
import { checkSegment } from './check-segment.ts';
import type { CheckResult } from './damage.ts';
import { readable } from './readable.ts';

/** Read one file of the cache, or some loose objects, and say what is wrong. */
export type CheckJob =
  | { readonly kind: 'check-pack'; readonly path: string }
  | { readonly kind: 'check-segment'; readonly path: string }
  | { readonly kind: 'check-loose'; readonly folder: string; readonly digests: readonly Digest[] };

/** A file that is gone meanwhile was merged or rewritten: nothing is wrong with that. */
export function runCheck(job: CheckJob): CheckResult {
  switch (job.kind) {
    case 'check-pack':
      return readable('pack', job.path, () => checkPack(job.path));
    case 'check-segment':
      return readable('journal', job.path, () => checkSegment(job.path));
    case 'check-loose':
      return checkLoose(job.folder, job.digests);
  }
}
