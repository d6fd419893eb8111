import type { DigestTable } from '../../cache/inventory/digest-table.ts';
import { eachTreeRow } from '../../cache/inventory/tree-rows.ts';
import type { Digest } from '../../core/content.ts';
import { LARGEST_TREE } from '../../core/encoding/tree-format.ts';
import { digestText } from '../../fs/hash.ts';
import { decodeRecipe, largestRecipe } from '../format/recipe-format.ts';
import { recipesOf } from '../gc/remote-plan.ts';
import type { IndexSet } from '../index-set.ts';
import type { Remote } from '../port.ts';
import { fetchEntries, type EntryRequest } from '../pull/fetch-entries.ts';

const AT_ONCE = 4096;

export interface LostOptions {
  readonly remote: Remote;
  readonly index: IndexSet;
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Every tree of the remote. */
  readonly treeDigests: DigestTable;
  /** Bytes of trees that are known. */
  readonly trees: ReadonlyMap<Digest, Buffer>;
}

export interface Lost {
  /** What can no longer be told of as being there: what is lost, large files of lost chunks, and every tree above. */
  readonly digests: ReadonlySet<Digest>;
  /** By lost chunk or recipe the large files that it belongs to. */
  readonly filesOf: ReadonlyMap<Digest, readonly Digest[]>;
}

/** `first`: what is known to be lost. */
export async function lostClosure(first: Iterable<Digest>, options: LostOptions): Promise<Lost> {
  const lost = new Set(first);
  const filesOf = new Map<Digest, Digest[]>();
  if (lost.size === 0) return { digests: lost, filesOf };
  const files = await filesOfLost(lost, filesOf, options);
  for (const file of files) lost.add(file);
  for (let before = -1; before !== lost.size;) {
    before = lost.size;
    await addTreesAbove(lost, options);
  }
  return { digests: lost, filesOf };
}

async function filesOfLost(lost: ReadonlySet<Digest>, filesOf: Map<Digest, Digest[]>, options: LostOptions): Promise<readonly Digest[]> {
  const { index } = options;
  const found: Digest[] = [];
  const belongs = (part: Digest, file: Digest): void => {
    if (!filesOf.get(part)?.push(file)) filesOf.set(part, [file]);
    found.push(file);
  };
  const requests: EntryRequest[] = [];
  for (const { digest, recipe, size } of recipesOf(index)) {
    const file = digestText(digest);
    if (lost.has(digestText(recipe))) {
      belongs(digestText(recipe), file);
      continue;
    }
    const take = (bytes: Buffer): void => {
      const chunks = decodeRecipe(bytes, size);
      if (chunks === undefined) found.push(file);
      else
        for (const chunk of chunks)
          if (lost.has(digestText(chunk.digest)) || !index.hasEntry(chunk.digest)) belongs(digestText(chunk.digest), file);
    };
    requests.push({ digest: Buffer.from(recipe), most: largestRecipe(size), places: index.places(recipe), take });
  }
  await fetchAll(
    requests.filter(({ places }) => places.length > 0),
    options,
  );
  return found;
}

async function addTreesAbove(lost: Set<Digest>, options: LostOptions): Promise<void> {
  const { treeDigests, trees, index } = options;
  const look = (tree: Digest, bytes: Buffer): void => {
    eachTreeRow(bytes, (_type, digestAt) => {
      const below = bytes.toString('latin1', digestAt, digestAt + 64) as Digest;
      if (lost.has(below) || !index.has(Buffer.from(below, 'hex'))) lost.add(tree);
    });
  };
  const requests: EntryRequest[] = [];
  for (let number = 0; number < treeDigests.count; number += 1) {
    const digest = treeDigests.digest(number);
    const tree = digestText(digest);
    if (lost.has(tree)) continue;
    const known = trees.get(tree);
    if (known !== undefined) look(tree, known);
    else requests.push({ digest, most: LARGEST_TREE, places: index.places(digest), take: (bytes) => look(tree, bytes) });
  }
  await fetchAll(requests, options);
}

async function fetchAll(requests: readonly EntryRequest[], { remote, jobs, signal }: LostOptions): Promise<void> {
  for (let from = 0; from < requests.length; from += AT_ONCE)
    await fetchEntries(requests.slice(from, from + AT_ONCE), {
      remote,
      jobs,
      ...(signal === undefined ? {} : { signal }),
      onFault: () => {},
    });
}
