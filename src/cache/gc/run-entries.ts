import { parseCanonicalJson } from '../../core/encoding/canonical-json.ts';
import type { Digest } from '../../core/content.ts';
import { fromLocked } from '../../core/lock/types.ts';
import { isMap } from '../../core/value.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { OpenSegment } from '../inventory/journal-segments.ts';
import type { Root } from '../inventory/reach.ts';
import { isIntact } from '../journal/segment-reader.ts';
import { parseEntry } from '../run-cache.ts';
import type { RunCacheEntry } from '../types.ts';

/** Run-cache entries as they are kept and dropped. */
export interface RunEntries {
  readonly kept: number;
  readonly dropped: number;
  /** What the kept ones need. */
  readonly roots: readonly Root[];
  /** Digests of the payloads of those that go. */
  readonly goes: ReadonlySet<Digest>;
  /** When an out was last the result of a run, by its digest, Unix milliseconds. */
  readonly usedMs: ReadonlyMap<Digest, number>;
}

/** Sorts all entries of a journal; equal ones count once. An entry that only a newer mlo understands stays, with all that it names. */
export function sortRunEntries(segments: readonly OpenSegment[], isWanted: (entry: RunCacheEntry) => boolean): RunEntries {
  const seen = new Set<Digest>();
  const goes = new Set<Digest>();
  const roots: Root[] = [];
  const usedMs = new Map<Digest, number>();
  for (const payload of payloads(segments)) {
    const id = hashBytes(payload);
    if (seen.has(id)) continue;
    seen.add(id);
    const text = payload.toString('utf8');
    const entry = parseEntry(text);
    if (entry === undefined ? isNewer(text) : isWanted(entry)) roots.push(...(entry === undefined ? unclearRoots(text) : rootsOf(entry)));
    else goes.add(id);
    if (entry !== undefined) noteUse(usedMs, entry);
  }
  return { kept: seen.size - goes.size, dropped: goes.size, roots, goes, usedMs };
}

function* payloads(segments: readonly OpenSegment[]): Generator<Buffer> {
  for (const { reader } of segments) {
    for (const [, positions] of reader.index.allRuns()) {
      for (const position of positions) {
        const payload = reader.read(position);
        if (isIntact(payload, position)) yield payload;
      }
    }
  }
}

function rootsOf(entry: RunCacheEntry): readonly Root[] {
  return Object.values(entry.outs).map((locked) => fromLocked(locked));
}

function noteUse(usedMs: Map<Digest, number>, { outs, run }: RunCacheEntry): void {
  const endedMs = run.startedMs + run.durationMs;
  for (const { digest } of Object.values(outs)) if ((usedMs.get(digest) ?? 0) < endedMs) usedMs.set(digest, endedMs);
}

function isNewer(text: string): boolean {
  try {
    const value = parseCanonicalJson(text);
    return isMap(value) && typeof value['schema'] === 'number' && value['schema'] > 1;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function unclearRoots(text: string): readonly Root[] {
  return [...text.matchAll(/[0-9a-f]{64}/g)].map(([digest]) => ({ digest: digest as Digest }));
}
