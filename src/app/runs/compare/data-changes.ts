import type { Cache } from '../../../cache/types.ts';
import type { Content, Digest } from '../../../core/content.ts';
import { diffTrees } from '../../../core/tree-diff/diff-trees.ts';
import type { ChangeCounts, DiffForest } from '../../../core/tree-diff/types.ts';
import { toBytePath } from '../../../fs/byte-path.ts';
import type { RunInput } from '../../../tracking/inputs/inputs.ts';
import { storedNode } from '../../tracked/diff-nodes.ts';

/** What lies between two versions of the same data. */
export interface DataChange {
  readonly path: string;
  readonly old: DataSide;
  readonly new: DataSide;
  /** In files; absent where the cache does not have both. */
  readonly counts?: ChangeCounts;
}

interface DataSide {
  readonly digest: string;
  readonly size?: number;
  readonly files?: number;
}

/** Inputs that both have in different versions. */
export function dataChanges(cache: Cache, old: readonly RunInput[], now: readonly RunInput[]): DataChange[] {
  const before = new Map(old.map((input) => [input.name, input]));
  return [...new Map(now.map((input) => [input.name, input])).values()].flatMap((input) => {
    const was = before.get(input.name);
    if (was === undefined || was.digest === input.digest) return [];
    return [{ path: input.name, old: side(was), new: side(input), ...countsOf(cache, was, input) }];
  });
}

function side({ digest, size, files }: RunInput): DataSide {
  return { digest, ...(size === undefined ? {} : { size }), ...(files === undefined ? {} : { files }) };
}

function countsOf(cache: Cache, old: RunInput, now: RunInput): { readonly counts?: ChangeCounts } {
  const [before, after] = [contentOf(old), contentOf(now)];
  if (before?.kind !== 'tree' || after?.kind !== 'tree') return {};
  const node = (content: Content): DiffForest => new Map([[toBytePath(now.name), storedNode(cache, content)]]);
  const { counts, unread } = diffTrees(node(before), node(after), { expand: true, list: false });
  return unread.length > 0 ? {} : { counts };
}

/** Of an input that mlo itself recorded. */
function contentOf({ digest, kind, size, files, sourceType }: RunInput): Content | undefined {
  if (sourceType !== 'mlo' || kind === undefined || size === undefined) return undefined;
  return { digest: digest as Digest, kind, size, ...(files === undefined ? {} : { files }) };
}
