import { canonicalJson, parseCanonicalJson } from '../core/encoding/canonical-json.ts';
import { isLockedContent, recordFault } from '../core/lock/check-record.ts';
import { isSafeProjectPath } from '../core/path/project-path.ts';
import { isMap, type Value, type ValueMap } from '../core/value.ts';
import type { Journal } from './journal/journal.ts';
import type { RunCache, RunCacheEntry } from './types.ts';

/** Run-cache entries as canonical JSON in the journal. */
export function openRunCache(journal: Journal): RunCache {
  return {
    find(key) {
      const byText = new Map<string, RunCacheEntry>();
      for (const payload of journal.runs(key)) {
        const text = payload.toString('utf8');
        const entry = byText.has(text) ? undefined : parseEntry(text);
        if (entry !== undefined) byText.set(text, entry);
      }
      return [...byText.values()].sort((a, b) => endOf(b) - endOf(a));
    },
    add(key, entry) {
      journal.addRun(key, Buffer.from(canonicalJson(entry as unknown as Value)));
      journal.push();
    },
    *all() {
      const seen = new Set<string>();
      for (const [key, payload] of journal.allRuns()) {
        const text = payload.toString('utf8');
        if (seen.has(text) || parseEntry(text) === undefined) continue;
        seen.add(text);
        yield { key, text };
      }
    },
  };
}

function endOf(entry: RunCacheEntry): number {
  return entry.run.startedMs + entry.run.durationMs;
}

/** Undefined where the text is not an entry that can be trusted with paths and digests. */
export function parseEntry(text: string): RunCacheEntry | undefined {
  try {
    const value = parseCanonicalJson(text);
    return isEntry(value) ? (value as unknown as RunCacheEntry) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEntry(value: Value): boolean {
  if (!isMap(value) || value['schema'] !== 1) return false;
  const { record, outs, run, undeclared } = value;
  if (!isMap(record) || !isMap(outs) || !isMap(run)) return false;
  return (
    isRun(run) &&
    recordFault(record) === undefined &&
    (undeclared === undefined || isUndeclared(undeclared)) &&
    Object.entries(outs).every(([path, content]) => isSafeProjectPath(path) && isLockedContent(content))
  );
}

function isRun(run: ValueMap): boolean {
  return typeof run['id'] === 'string' && typeof run['startedMs'] === 'number' && typeof run['durationMs'] === 'number';
}

function isUndeclared(list: Value): boolean {
  return Array.isArray(list) && list.every((item: Value) => isMap(item) && isKind(item['what']) && typeof item['path'] === 'string');
}

function isKind(what: Value | undefined): boolean {
  return what === 'read' || what === 'worker' || what === 'child-process';
}
