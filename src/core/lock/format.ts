import { canonicalJson, parseCanonicalJson } from '../encoding/canonical-json.ts';
import { MloError } from '../errors/mlo-error.ts';
import { parseProjectPath } from '../path/project-path.ts';
import { isMap, type Value } from '../value.ts';
import { recordFault } from './check-record.ts';
import type { Lock, LockEntry } from './types.ts';

const LOCK_SCHEMA = 1;

export const EMPTY_LOCK: Lock = { hash: 'blake3-256', schema: LOCK_SCHEMA, stages: {} };

/** Canonical bytes of a lock: equal locks are equal text, one value a line, sorted. */
export function formatLock(lock: Lock): string {
  return canonicalJson(lock as unknown as Value, 2);
}

/** Throws MLO_FORMAT (with the way out) or MLO_FORMAT_VERSION. */
export function parseLock(path: string, text: string): Lock {
  const value = parseJson(path, text);
  if (!isMap(value)) throw damaged(path, 'it is not a JSON object');
  if (typeof value['schema'] === 'number' && value['schema'] > LOCK_SCHEMA) {
    throw new MloError('MLO_FORMAT_VERSION', `'${path}' has schema ${value['schema']}; this mlo reads up to ${LOCK_SCHEMA}`, {
      hint: 'Update mlo-cli, or check out the lock of an older commit.',
    });
  }
  if (value['schema'] !== LOCK_SCHEMA) throw damaged(path, `"schema" should be ${LOCK_SCHEMA}`);
  if (value['hash'] !== 'blake3-256') throw damaged(path, '"hash" should be "blake3-256"');
  const stages = value['stages'];
  if (!isMap(stages)) throw damaged(path, '"stages" should be an object');
  for (const [name, entry] of Object.entries(stages)) checkEntry(path, name, entry);
  return value as unknown as Lock;
}

/** The same lock with `entries` put over it and the stages that no longer exist left out. */
export function updateLock(lock: Lock, entries: ReadonlyMap<string, LockEntry>, exists: (name: string) => boolean): Lock {
  const kept = Object.entries(lock.stages).filter(([name]) => exists(name) && !entries.has(name));
  return { ...lock, stages: Object.fromEntries([...kept, ...entries]) };
}

function parseJson(path: string, text: string): Value {
  if (/^(<{7}|={7}|>{7})/m.test(text)) {
    throw new MloError('MLO_FORMAT', `'${path}' has merge conflict markers: both sides ran the same stages with other inputs or results`, {
      hint: afterConflict(path),
    });
  }
  try {
    return parseCanonicalJson(text);
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
}

/** What to do about a lock with conflict markers in it. */
export function afterConflict(path: string): string {
  return `Keep one block of each in ${path} (or all of one side: git checkout --ours ${path}), then: mlo repro (it takes what is known from the cache and runs the rest)`;
}

function checkEntry(path: string, name: string, entry: Value | undefined): void {
  const where = `stage '${name}'`;
  if (!isMap(entry)) throw damaged(path, `${where} is not an object`);
  const fault = recordFault(entry);
  if (fault !== undefined) throw damaged(path, `${where}: ${fault}`);
  for (const out of Object.keys(entry['outs'] ?? {})) parseProjectPath(out, path);
}

function damaged(path: string, why: string, cause?: unknown): MloError {
  return new MloError('MLO_FORMAT', `'${path}' is damaged: ${why}`, {
    hint: `Restore it (git checkout -- ${path}) or delete it: mlo repro then takes finished stages from the cache.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
