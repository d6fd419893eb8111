import type { Digest } from '../../core/content.ts';
import { digestText } from '../../fs/hash.ts';
import type { IndexSet } from '../index-set.ts';
import type { Wanted } from '../push/plan-push.ts';
import type { Amount, RemoteMarks } from './remote-marks.ts';
import { isYoung, recipesOf, rowsOf, type PackThere } from './remote-plan.ts';

/**
 * Marks what lies in young packs, with everything below it: others may have pushed it, and named it in a commit that is not known here.
 * An index does not say which of its objects are trees, so what nothing else needs is read.
 */
export async function markYoung(
  marks: RemoteMarks,
  index: IndexSet,
  packs: ReadonlyMap<Digest, PackThere>,
  youngSinceMs: number,
): Promise<Amount> {
  const young = new Set([...packs.values()].filter((pack) => isYoung(pack, youngSinceMs)).map(({ id }) => id));
  if (young.size === 0) return { objects: 0, bytes: 0 };
  const files = recipesOf(index)
    .filter(({ digest, recipe }) => !marks.keeps(digest) && index.places(recipe).some(({ pack }) => young.has(pack.id)))
    .map(({ digest }) => wanted(digest, 'file'));
  const large = await marks.mark(files);
  const others: Wanted[] = [];
  for (const { digest, pack } of rowsOf(index)) if (young.has(pack) && !marks.keeps(digest)) others.push(wanted(digest));
  const rest = await marks.mark(others);
  return { objects: large.objects + rest.objects, bytes: large.bytes + rest.bytes };
}

function wanted(digest: Uint8Array, kind?: 'file'): Wanted {
  return { digest: digestText(digest), ...(kind === undefined ? {} : { kind }) };
}
