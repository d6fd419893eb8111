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
  await fetchTries(requests.map(firstTry), options.memory ?? new RangeMemory(), options);
}

/**
 * The same for very many: of each only its number is held until its bytes are here. Numbers come in the order of the first places, pack by
 * pack; `requestOf` is called twice for each.
 */
export async function fetchNumbered(
  numbers: Iterable<number>,
  requestOf: (number: number) => EntryRequest,
  options: FetchEntriesOptions,
): Promise<void> {
  const memory = options.memory ?? new RangeMemory();
  const again = await fetchRound(numbers, (number) => firstTry(requestOf(number)), memory, options);
  await fetchTries(again, memory, options);
}

function firstTry(request: EntryRequest): Try {
  return { request, at: 0, alone: false };
}

async function fetchTries(tries: readonly Try[], memory: RangeMemory, options: FetchEntriesOptions): Promise<void> {
  for (let left = tries; left.length > 0;) left = await fetchRound(left.toSorted(byPlace), (each) => each, memory, options);
}

function byPlace(a: Try, b: Try): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  if (one.pack.id === other.pack.id) return one.at - other.at;
  return one.pack.id < other.pack.id ? -1 : 1;
}

/** Once through the items. Returns what is to be tried again. */
async function fetchRound<T>(
  items: Iterable<T>,
  tryOf: (item: T) => Try,
  memory: RangeMemory,
  options: FetchEntriesOptions,
): Promise<readonly Try[]> {
  const again: Try[] = [];
  const lanes = new Lanes(options.jobs);
  try {
    for (const range of rangesOf(items, tryOf)) {
      throwIfInterrupted(options.signal);
      await lanes.begin(async () => {
        const left = await memory.lend(range.to - range.from, async (bytes) => await fetchRange(range, tryOf, bytes, options));
        for (const each of left) again.push(each);
      });
    }
  } finally {
    await lanes.end();
  }
  return again;
}

/** How many requests `fetchNumbered` takes for the same where nothing there is wrong. */
export function requestsFor(numbers: Iterable<number>, requestOf: (number: number) => EntryRequest): number {
  let count = 0;
  for (const _range of rangesOf(numbers, (number) => firstTry(requestOf(number)))) count += 1;
  return count;
}

interface Range<T> {
  readonly pack: Digest;
  readonly from: number;
  to: number;
  /** Nothing joins it. */
  readonly alone: boolean;
  readonly items: T[];
}

/** Items that follow each other in one pack. */
function* rangesOf<T>(items: Iterable<T>, tryOf: (item: T) => Try): Generator<Range<T>> {
  let range: Range<T> | undefined;
  for (const item of items) {
    const each = tryOf(item);
    const { pack, at, stored } = placeOf(each);
    const to = Math.max(range?.to ?? 0, at + stored);
    const isNear = range?.pack === pack.id && at >= range.from && at <= range.to + LARGEST_GAP;
    if (range !== undefined && isNear && !range.alone && !each.alone && to - range.from <= LARGEST_RANGE) {
      range.to = to;
      range.items.push(item);
    } else {
      if (range !== undefined) yield range;
      range = { pack: pack.id, from: at, to: at + stored, alone: each.alone, items: [item] };
    }
  }
  if (range !== undefined) yield range;
}

/** What is to be tried again, in another way or at another place. */
async function fetchRange<T>(
  { pack, from, to, items }: Range<T>,
  tryOf: (item: T) => Try,
  memory: Buffer | undefined,
  options: FetchEntriesOptions,
): Promise<readonly Try[]> {
  const key = packKey(pack);
  const tries = items.map(tryOf);
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
