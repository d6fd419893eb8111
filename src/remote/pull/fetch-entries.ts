import type { Digest } from '../../core/content.ts';
import { verifiedEntry } from '../../cache/packs/pack-reader.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { ObjectPlace } from '../format/index-format.ts';
import { packKey } from '../keys.ts';
import { Lanes } from '../lanes.ts';
import type { Remote } from '../port.ts';
import { LARGEST_RANGE, RangeMemory } from './range-memory.ts';

/** Entries that lie this close to each other come with one request: the bytes between cost less than another one. */
const LARGEST_GAP = 256 * 1024;

/** One entry of a pack that is wanted. */
export interface EntryRequest {
  /** 32 bytes. */
  readonly digest: Buffer;
  /** Bytes of the object where known; else `most`. */
  readonly size?: number;
  /** More is never taken, bytes. */
  readonly most: number;
  /** Where it lies; the first that has the right bytes counts. */
  readonly places: readonly ObjectPlace[];
  /** The bytes have the digest; they may be used until it returns. */
  readonly take: (bytes: Buffer, stored: Buffer, place: ObjectPlace) => void;
}

/** `gone`: the pack is not there, though an index names it; `corrupt`: the bytes there are not those of the digest. */
export type FetchFault = 'gone' | 'corrupt';

export interface FetchEntriesOptions {
  readonly remote: Remote;
  /** Ranges at a time, of 8 MiB at most unless one entry is longer. */
  readonly jobs: number;
  /** Where more calls follow: that of all of them. */
  readonly memory?: RangeMemory;
  readonly signal?: AbortSignal;
  readonly onFault: (request: EntryRequest, fault: FetchFault, key: string) => void;
  /** Bytes that came. */
  readonly onBytes?: (bytes: number) => void;
}

interface Try {
  readonly request: EntryRequest;
  /** Number of the place. */
  readonly at: number;
  /** Wrong bytes that came in a range with others are asked for once more by themselves. */
  readonly alone: boolean;
}

/** Brings the entries, those that lie near each other with one request. Each ends with its `take` or with `onFault`. Throws MLO_REMOTE, MLO_INTERRUPTED. */
export async function fetchEntries(requests: readonly EntryRequest[], options: FetchEntriesOptions): Promise<void> {
  const memory = options.memory ?? new RangeMemory();
  let tries: Try[] = requests.map((request) => ({ request, at: 0, alone: false }));
  while (tries.length > 0) {
    const again: Try[] = [];
    const lanes = new Lanes(options.jobs);
    try {
      for (const range of rangesOf(tries)) {
        throwIfInterrupted(options.signal);
        await lanes.begin(
          async () =>
            void again.push(...(await memory.lend(range.to - range.from, async (bytes) => await fetchRange(range, bytes, options)))),
        );
      }
    } finally {
      await lanes.end();
    }
    tries = again;
  }
}

interface Range {
  readonly pack: Digest;
  readonly from: number;
  readonly to: number;
  readonly tries: readonly Try[];
}

function rangesOf(tries: readonly Try[]): readonly Range[] {
  const byPack = new Map<Digest, Try[]>();
  for (const each of tries) {
    const { id } = placeOf(each).pack;
    const group = byPack.get(id);
    if (group === undefined) byPack.set(id, [each]);
    else group.push(each);
  }
  return [...byPack].flatMap(([pack, group]) => mergeNeighbours(pack, group));
}

function mergeNeighbours(pack: Digest, tries: Try[]): readonly Range[] {
  tries.sort((a, b) => placeOf(a).at - placeOf(b).at);
  const ranges: Range[] = [];
  let group: Try[] = [];
  let from = 0;
  let to = 0;
  for (const each of tries) {
    const { at, stored } = placeOf(each);
    const isNear = group.length > 0 && !each.alone && at <= to + LARGEST_GAP && Math.max(to, at + stored) - from <= LARGEST_RANGE;
    if (!isNear) {
      if (group.length > 0) ranges.push({ pack, from, to, tries: group });
      group = [];
      from = at;
      to = at;
    }
    group.push(each);
    to = Math.max(to, at + stored);
  }
  if (group.length > 0) ranges.push({ pack, from, to, tries: group });
  return ranges;
}

/** What is to be tried again, in another way or at another place. */
async function fetchRange(
  { pack, from, to, tries }: Range,
  memory: Buffer | undefined,
  options: FetchEntriesOptions,
): Promise<readonly Try[]> {
  const key = packKey(pack);
  const bytes = tries.some(isPlausible) ? await options.remote.getRange(key, from, to - from, memory) : Buffer.alloc(0);
  options.onBytes?.(bytes?.length ?? 0);
  return tries.flatMap((each) => {
    if (bytes === undefined) return elsewhere(each, 'gone', key, options);
    const place = placeOf(each);
    const stored = bytes.subarray(place.at - from, place.at - from + place.stored);
    const found = isPlausible(each) ? verifiedEntry(stored, place, each.request.digest) : undefined;
    if (found === undefined)
      return each.alone || !isPlausible(each) ? elsewhere(each, 'corrupt', key, options) : [{ ...each, alone: true }];
    each.request.take(found, stored, place);
    return [];
  });
}

/** What an index says may be anything: no memory is spent on what cannot be right. */
function isPlausible(each: Try): boolean {
  const { size, most } = each.request;
  const { raw, stored } = placeOf(each);
  return stored <= raw && raw <= most && (size === undefined || raw === size);
}

function elsewhere({ request, at }: Try, fault: FetchFault, key: string, { onFault }: FetchEntriesOptions): readonly Try[] {
  if (at + 1 < request.places.length) return [{ request, at: at + 1, alone: false }];
  onFault(request, fault, key);
  return [];
}

function placeOf({ request, at }: Try): ObjectPlace {
  return request.places[at] as ObjectPlace;
}
